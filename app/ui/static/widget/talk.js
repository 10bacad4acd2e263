// The server's side of a conversation: a question answered as a stream, and what was said so far.
import { backoff, pause, readEvents } from "../js/client.js";

const SILENCE_MS = 45_000; // The server beats every 15 s.
const TRIES = 8;
const PAGE = 100;
const MOST_PAGES = 20;
const WAIT_S = 20; // Where a limit does not say for how long.

const KINDS = { 400: "invalid", 401: "refused", 403: "refused", 404: "refused", 409: "busy", 413: "long", 414: "long", 429: "limited", 431: "long" };

/** Why nothing came: `offline`, `refused`, `limited` (with `seconds`), `busy`, `invalid`, `long` or `trouble`. */
export class Refusal extends Error {
  constructor(kind, seconds = null) {
    super(kind);
    this.kind = kind;
    this.seconds = seconds;
  }
}

/** Whether two texts are one; the server keeps them in their composed form. */
export const same = (one, other) => one.normalize("NFC").trim() === other.normalize("NFC").trim();

/** No answer that a script may read: a lost connection, or a site that is not allowed. */
class Unread extends Error {}

export class Talk {
  constructor({ token, base, script }) {
    Object.assign(this, { token, base, script });
  }

  /**
   * Ask; gives the answer's events to its `final` or `error`, or ends early when the rest comes by
   * the history. `afterId` is the last message before the question.
   */
  async *ask(textContent, conversationId, afterId = null) {
    let lastId = null;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const before = lastId;
      try {
        for await (const event of this.#stream({ textContent, conversationId }, lastId)) {
          if (event.id !== null) lastId = event.id;
          yield event.data;
          if (event.data.type === "final" || event.data.type === "error") return;
        }
        if (lastId === before) return;
      } catch (error) {
        if (lastId === null) return await this.#missed(error, textContent, conversationId, afterId);
        if (error instanceof Refusal && error.kind !== "trouble") return;
      }
      if (lastId !== before) attempt = 0;
      yield { type: "lost" };
      await pause(backoff(attempt));
    }
  }

  /** Have an answer written no further; its stream ends with what is there. */
  async stop(conversationId, messageId) {
    await this.#get("conversation/stop", { conversationId, messageId }, { method: "POST" });
  }

  /** All messages behind `afterId`, oldest first. */
  async history(conversationId, afterId = null) {
    const messages = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const last = messages.at(-1)?.id ?? afterId;
      const found = await this.#history(conversationId, last);
      messages.push(...found);
      if (found.length < PAGE) break;
    }
    return messages;
  }

  async #history(conversationId, afterId) {
    const parameters = { conversationId, limit: PAGE, citations: "true", ...(afterId && { afterId }) };
    const read = async () => (await (await this.#get("conversation/history", parameters)).json()).messages;
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      if (!(await this.#isReachable())) throw new Refusal("offline");
    }
    // The server is there, and yet nothing can be read: once may be chance.
    await pause(400);
    return read().catch((error) => { throw error instanceof Unread ? new Refusal("refused") : error; });
  }

  async *#stream(parameters, lastId) {
    const cut = new AbortController();
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => cut.abort(), SILENCE_MS);
    };
    watch();
    try {
      const headers = { Accept: "text/event-stream", ...(lastId !== null && { "Last-Event-ID": lastId }) };
      const response = await this.#get("conversation/sse", parameters, { headers, signal: cut.signal });
      if (response.status === 204) return;
      for await (const { id, data } of readEvents(response, watch)) yield { id, data: JSON.parse(data) };
    } finally {
      clearTimeout(timer);
      cut.abort();
    }
  }

  /**
   * A question that brought nothing: it may have arrived nevertheless, and then it is not to be
   * asked twice. The history tells, and also whether this site may ask at all.
   */
  async #missed(error, text, conversationId, afterId) {
    if (error instanceof Refusal) throw error;
    const said = await this.#history(conversationId, afterId);
    if (!said.some(({ actor, body }) => actor === "customer" && same(body, text))) throw new Refusal("trouble");
  }

  async #get(path, parameters, init = {}) {
    const url = new URL(path, this.base);
    url.search = new URLSearchParams({ integrationToken: this.token, ...parameters });
    let response;
    try {
      response = await fetch(url, { ...init, cache: "no-store", credentials: "omit", redirect: "error" });
    } catch {
      throw new Unread();
    }
    if (response.ok) return response;
    response.body?.cancel().catch(() => {});
    const seconds = response.status === 429 ? Number(response.headers.get("Retry-After")) || WAIT_S : null;
    throw new Refusal(KINDS[response.status] ?? "trouble", seconds);
  }

  /** Whether the server answers anybody: every site may load this script. */
  #isReachable() {
    if (navigator.onLine === false) return Promise.resolve(false);
    return fetch(this.script, { method: "HEAD", mode: "no-cors", cache: "no-store", credentials: "omit" }).then(() => true, () => false);
  }
}
