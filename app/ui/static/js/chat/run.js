// One answer as it is made: opened by a question, followed through lost connections to its end.
import { ApiError, request, post } from "../api.js";
import { randomKey } from "../clipboard.js";
import { backoff, pause, readEvents } from "../event-stream.js";

const SILENCE_MS = 45_000; // The server beats every 15 s.
const TRIES = 24; // Some three minutes.

export class AnswerRun {
  #stop = new AbortController();
  #lastId = 0;

  /**
   * `onEvent(kind, data)` gets each event once; `onState` gets `live`, `reconnecting` or `over`;
   * `onRefusal(error)` what the server said instead of a stream.
   */
  constructor({ onEvent, onState = () => {}, onRefusal }) {
    this.onEvent = onEvent;
    this.onState = onState;
    this.onRefusal = onRefusal;
    this.messageId = null;
  }

  /** Ask. Tried again with the same key, the server answers with the same answer. */
  ask(path, body) {
    const headers = { "Idempotency-Key": randomKey(), Accept: "text/event-stream" };
    return this.#follow((signal) => request(path, { method: "POST", json: body, headers, signal }));
  }

  /** Go on with an answer that is there. */
  attach(messageId) {
    this.messageId = messageId;
    return this.#follow(() => { throw new TypeError("attached runs have a message"); });
  }

  /** Leave; the server goes on and keeps the answer. */
  detach() {
    this.#stop.abort();
  }

  /** Ask the server to write no further. */
  async stop() {
    if (this.messageId) await post(`/chat/messages/${this.messageId}/stop`);
    else this.detach();
  }

  #open(first, signal) {
    if (!this.messageId) return first(signal);
    const headers = { "Last-Event-ID": String(this.#lastId), Accept: "text/event-stream" };
    return request(`/chat/messages/${this.messageId}/stream`, { headers, signal });
  }

  async #follow(first) {
    const left = this.#stop.signal;
    for (let attempt = 0; attempt < TRIES && !left.aborted; attempt += 1) {
      const before = this.#lastId;
      try {
        if (await this.#read(first)) return this.onState("over");
      } catch (error) {
        if (left.aborted) return;
        if (error instanceof ApiError && error.status > 0 && error.status < 500) return this.#refuse(error);
      }
      if (this.#lastId > before) attempt = 0;
      if (left.aborted) return;
      this.onState("reconnecting");
      await pause(backoff(attempt), left);
    }
    if (!left.aborted) this.#refuse(new ApiError(0, "unreachable", "The server could not be reached again. The answer may still be there: load the page again."));
  }

  #refuse(error) {
    this.onState("over");
    this.onRefusal(error);
  }

  /** Read one connection; true when the closing event came. */
  async #read(first) {
    const connection = new AbortController();
    const signal = AbortSignal.any([connection.signal, this.#stop.signal]);
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), SILENCE_MS);
    };
    watch();
    try {
      const response = await this.#open(first, signal);
      this.onState("live");
      for await (const event of readEvents(response, watch)) {
        if (this.#take(event)) return true;
      }
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #take({ id, event, data }) {
    const number = Number(id);
    if (number && number <= this.#lastId) return false;
    if (number) this.#lastId = number;
    const content = JSON.parse(data);
    if (event === "meta") this.messageId = content.messageId;
    this.onEvent(event, content);
    return event === "done" || event === "error";
  }
}
