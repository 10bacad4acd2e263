// One answer as it is made: opened by a question, followed through lost connections to its end.
import { ApiError, fetchSigned } from "../api.js";
import { chatStream, regenerateStream, resumeShareStream, resumeStream, shareStream, stop } from "../client.js";

export class AnswerRun {
  #left = new AbortController();

  /**
   * `onEvent(type, data)` gets each event once; `onState` gets `live`, `reconnecting` or `over`;
   * `onRefusal(error)` what the server said instead of a stream.
   */
  constructor({ onEvent, onState = () => {}, onRefusal }) {
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

  /** Ask on behind what a share link shows. */
  askShared(token, message) {
    return this.#follow(shareStream(token, message, this.#asGuest()));
  }

  attachShared(token, messageId) {
    this.messageId = messageId;
    return this.#follow(resumeShareStream(token, messageId, this.#asGuest()));
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
    return { fetch: fetchSigned, ...this.#asGuest() };
  }

  #asGuest() {
    return { signal: this.#left.signal, onState: this.onState };
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
