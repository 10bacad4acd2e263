// One answer as it is made: opened by a question, followed through lost connections to its end.
import { ApiError, fetchSigned } from "../api.js";
import { chatStream, regenerateStream, resumeStream, stop } from "../client.js";

export class AnswerRun {
  #left = new AbortController();

  /**
   * `onEvent(type, data)` gets each event once; `onState` gets `live`, `reconnecting` or `over`;
   * `onRefusal(error)` what the server said instead of a stream.
   * `onEvent(kind, data)` gets each event once; `onState` gets `live`, `reconnecting` or `over`;
   * `onRefusal(error)` what the server said instead of a stream; `streamOf(id)` is where an answer is read on.
   */
  constructor({ onEvent, onState = () => {}, onRefusal, streamOf = (id) => `/chat/messages/${id}/stream` }) {
    this.streamOf = streamOf;
    this.onEvent = onEvent;
    this.onState = onState;
    this.onRefusal = onRefusal;
    this.messageId = null;
  }

  ask(projectId, { message, ...question }) {
    return this.#follow(chatStream(projectId, message, { ...question, ...this.#options() }));
  }

  /** Have the question of an answer answered anew. */
  again(messageId) {
    return this.#follow(regenerateStream(messageId, this.#options()));
  }

  /** Go on with an answer that is there. */
  attach(messageId) {
    this.messageId = messageId;
    return this.#follow(resumeStream(messageId, this.#options()));
  }

  /** Leave; the server goes on and keeps the answer. */
  detach() {
    this.#left.abort();
  }

  /** Ask the server to write no further. */
  async stop() {
    if (this.messageId) await stop(this.messageId, { fetch: fetchSigned });
    else this.detach();
  }

  #options() {
    return { fetch: fetchSigned, signal: this.#left.signal, onState: this.onState };
  #open(first, signal) {
    if (!this.messageId) return first(signal);
    const headers = { "Last-Event-ID": String(this.#lastId), Accept: "text/event-stream" };
    return request(this.streamOf(this.messageId), { headers, signal });
  }

  async #follow(events) {
    try {
      for await (const { type, data } of events) {
        if (type === "meta") this.messageId = data.messageId;
        this.onEvent(type, data);
      }
    } catch (error) {
      if (this.#left.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.onState("over");
      return this.onRefusal(error);
    }
    this.onState("over");
  }
}
