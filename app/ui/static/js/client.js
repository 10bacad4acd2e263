// Lumen's JavaScript client: one file, no dependency, for browsers and for Node 20 or later.
// Lumen's own screens and its website widget use it; other sites import it from `/client.js`:
//
//   import { chatStream } from "https://lumen.example.com/client.js";
//   for await (const { type, data } of chatStream(projectId, "What does it say?", { token })) {
//     if (type === "text") write(data.delta);
//   }

/**
 * @typedef {"docs" | "web" | "deep"} Mode
 *
 * @typedef {object} Source One passage that was found; `index` is the number that the text cites.
 * @property {string} id
 * @property {number} index
 * @property {string | null} documentId
 * @property {string} documentName
 * @property {number | null} pageNumber
 * @property {string} snippet
 * @property {number} score
 * @property {string} [url] Of a page of the web.
 *
 * @typedef {object} Citation What the text uses: the evidence for a sentence.
 * @property {number} index
 * @property {string} chunkId
 * @property {string | null} documentId
 * @property {string} documentName
 * @property {number | null} pageNumber
 * @property {number} start Offset in characters, in the document's text.
 * @property {number} end
 * @property {string} quote
 * @property {"exact" | "close" | "weak" | "none"} support
 * @property {string} [url]
 *
 * @typedef {object} Done
 * @property {string} messageId
 * @property {number | null} totalTokens
 * @property {number | null} promptTokens
 * @property {number | null} completionTokens
 * @property {string} finishReason `stop`, `stopped`, `length` …
 * @property {Citation[]} citations
 *
 * @typedef {{message: string, detail: string, retryable: boolean}} Failure `message` is a code.
 *
 * @typedef {{id: number | null, type: "meta", data: {conversationId: string, messageId: string, model: string, mode: Mode}}
 *   | {id: number | null, type: "status", data: {stage: "rewriting" | "searching" | "reading" | "writing", detail?: string}}
 *   | {id: number | null, type: "sources", data: {chunks: Source[]}}
 *   | {id: number | null, type: "text", data: {delta: string}}
 *   | {id: number | null, type: "done", data: Done}
 *   | {id: number | null, type: "error", data: Failure}} AnswerEvent `done` or `error` is the last one.
 *
 * @typedef {"live" | "reconnecting"} ConnectionState
 *
 * @typedef {object} ConnectionOptions
 * @property {string | (() => string | Promise<string>)} [token] An access or personal access token, or what gives one at each request.
 * @property {string} [baseUrl] Where the server is; by default the site of the page.
 * @property {AbortSignal} [signal] Leaves the answer, which goes on at the server; `stop` ends it there.
 * @property {(state: ConnectionState) => void} [onState] Hears when the connection is lost and when it is back.
 * @property {(url: string, init: RequestInit) => Promise<Response>} [fetch] In place of the platform's own.
 * @property {number} [tries] How often in a row a lost connection is taken up again; 24, some three minutes.
 *
 * @typedef {ConnectionOptions & {idempotencyKey?: string}} AskOptions The same key and question again attach to the same answer.
 *
 * @typedef {AskOptions & {conversationId?: string, modelId?: string, mode?: Mode, documentIds?: string[]}} ChatOptions
 */

const SILENCE_MS = 45_000; // The server beats every 15 s.
const TRIES = 24;
const NOTHING_YET = { messageId: null, lastId: 0 };
/** @typedef {(messageId: string) => string} StreamPath Where an answer is read on. */
/** @type {StreamPath} */
const ofPerson = (id) => `/chat/messages/${encodeURIComponent(id)}/stream`;
/** @type {(link: string) => StreamPath} */
const ofLink = (link) => (id) => `/share/${encodeURIComponent(link)}/messages/${encodeURIComponent(id)}/stream`;

/** What the server said instead of doing it. */
export class LumenError extends Error {
  /**
   * `code` is the server's stable code, or `unreachable` when it did not answer at all.
   * @param {number} status 0 where there was no answer.
   * @param {string} code
   * @param {string} message For a person.
   * @param {{issues?: {path: string[], message: string}[], requestId?: string | null, retryAfter?: number | null, body?: any}} [more] `retryAfter` in seconds.
   */
  constructor(status, code, message, { issues = [], requestId = null, retryAfter = null, body = {} } = {}) {
    super(message);
    this.name = "LumenError";
    this.status = status;
    this.code = code;
    this.issues = issues;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    // What some codes say besides, such as the projects of `owns_projects`.
    this.body = body;
  }
}

/**
 * The error in a response that is not ok.
 * @param {Response} response
 * @returns {Promise<LumenError>}
 */
export async function errorOf(response) {
  const body = await response.json().catch(() => ({}));
  const message = body.message ?? `The server answered with status ${response.status}. Try again.`;
  return new LumenError(response.status, body.error ?? "unknown", message, { issues: body.issues, requestId: body.requestId, retryAfter: Number(response.headers.get("Retry-After")) || null, body });
}

/**
 * Ask a project; gives each event of the answer once and in order, through lost connections.
 * Ends after `done` or `error`. A refusal is thrown as a LumenError; when `signal` ends it, its reason is.
 * @param {string} projectId
 * @param {string} message
 * @param {ChatOptions} [options]
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
export async function* chatStream(projectId, message, options = {}) {
  const { conversationId, modelId, mode, documentIds } = options;
  const body = JSON.stringify({ message, conversationId, modelId, mode, documentIds });
  yield* events({ path: `/chat/projects/${encodeURIComponent(projectId)}`, body }, options);
}

/**
 * Ask the question of an answer again; the new answer streams.
 * @param {string} messageId
 * @param {AskOptions} [options]
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
export async function* regenerateStream(messageId, options = {}) {
  yield* events({ path: `/chat/messages/${encodeURIComponent(messageId)}/regenerate`, body: "{}" }, options);
}

/**
 * Go on with an answer, live or stored, behind event number `after`.
 * @param {string} messageId
 * @param {ConnectionOptions & {after?: number}} [options]
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
export async function* resumeStream(messageId, options = {}) {
  yield* events(null, options, { messageId, lastId: options.after ?? 0 });
}

/**
 * Ask on behind a shared conversation, as its link allows; nobody needs to be signed in.
 * @param {string} link The token of the link.
 * @param {string} message
 * @param {AskOptions} [options]
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
export async function* shareStream(link, message, options = {}) {
  const body = JSON.stringify({ message });
  yield* events({ path: `/share/${encodeURIComponent(link)}/messages`, body }, options, NOTHING_YET, ofLink(link));
}

/**
 * Go on with an answer to a guest, live or stored, behind event number `after`.
 * @param {string} link The token of the link.
 * @param {string} messageId
 * @param {ConnectionOptions & {after?: number}} [options]
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
export async function* resumeShareStream(link, messageId, options = {}) {
  yield* events(null, options, { messageId, lastId: options.after ?? 0 }, ofLink(link));
}

/**
 * Have the server write no further; what was written is kept, and the stream ends with `done`.
 * @param {string} messageId As `meta` names it.
 * @param {ConnectionOptions} [options]
 */
export async function stop(messageId, options = {}) {
  const response = await send(`/chat/messages/${encodeURIComponent(messageId)}/stop`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}", signal: options.signal }, options).catch(() => {
    options.signal?.throwIfAborted();
    throw new LumenError(0, "unreachable", "The server does not answer. Check that it runs and that you are connected, then try again.");
  });
  if (!response.ok) throw await errorOf(response);
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @param {ConnectionOptions} options
 */
async function send(path, init, { token, baseUrl = "", fetch: fetching = globalThis.fetch }) {
  const headers = new Headers(init.headers);
  const bearer = typeof token === "function" ? await token() : token;
  // No header takes it, and trying again would not help.
  if (bearer && !/^[\x21-\x7e]+$/.test(bearer)) throw new LumenError(0, "unauthenticated", "The token holds characters that no token has.");
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  return fetching(baseUrl.replace(/\/+$/, "") + path, { ...init, headers, cache: "no-store", redirect: "error" });
}

/**
 * @param {{path: string, body: string} | null} question Null where the answer is there already.
 * @param {AskOptions} options
 * @param {{messageId: string | null, lastId: number}} from
 * @param {StreamPath} streamPath
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
async function* events(question, options, from = NOTHING_YET, streamPath = ofPerson) {
  const seen = { ...from };
  const { signal, onState = () => {}, tries = TRIES, idempotencyKey = randomKey() } = options;
  /** @type {LumenError | null} */
  let refusal = null;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const before = seen.lastId;
    try {
      for await (const event of connection(question, { ...options, onState, idempotencyKey }, seen, streamPath)) {
        yield event;
        if (event.type === "done" || event.type === "error") return;
        // More may lie here already, read in the same packet.
        signal?.throwIfAborted();
      }
    } catch (error) {
      refusal = error instanceof LumenError ? error : null;
      if (refusal && refusal.status < 500) throw refusal;
    }
    signal?.throwIfAborted();
    if (seen.lastId > before) attempt = 0;
    onState("reconnecting");
    await pause(backoff(attempt), signal);
    signal?.throwIfAborted();
  }
  throw refusal ?? new LumenError(0, "unreachable", "The server could not be reached again. The answer may still be there: load the page again.");
}

/**
 * The new events of one connection, which may end before the answer does.
 * @param {{path: string, body: string} | null} question
 * @param {AskOptions & {onState: (state: ConnectionState) => void}} options
 * @param {{messageId: string | null, lastId: number}} seen
 * @param {StreamPath} streamPath
 * @returns {AsyncGenerator<AnswerEvent, void, undefined>}
 */
async function* connection(question, options, seen, streamPath) {
  const cut = new AbortController();
  const leave = () => cut.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", leave, { once: true });
  if (options.signal?.aborted) leave();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => cut.abort(), SILENCE_MS);
  };
  watch();
  try {
    const response = await open(question, options, seen, streamPath, cut.signal);
    if (!response.ok) throw await errorOf(response);
    // Known before the first event: a connection lost at once asks nothing twice.
    seen.messageId ??= response.headers.get("X-Message-Id");
    options.onState("live");
    for await (const { id, event, data } of readEvents(response, watch)) {
      const number = Number(id) || null;
      if (number !== null && number <= seen.lastId) continue;
      const parsed = JSON.parse(data);
      if (number !== null) seen.lastId = number;
      if (event === "meta") seen.messageId = parsed.messageId;
      yield /** @type {AnswerEvent} */ ({ id: number, type: event, data: parsed });
    }
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", leave);
    cut.abort();
  }
}

/**
 * @param {{path: string, body: string} | null} question
 * @param {AskOptions} options
 * @param {{messageId: string | null, lastId: number}} seen
 * @param {StreamPath} streamPath
 * @param {AbortSignal} signal
 */
function open(question, options, { messageId, lastId }, streamPath, signal) {
  const Accept = "text/event-stream";
  if (messageId || !question) {
    return send(streamPath(messageId ?? ""), { headers: { Accept, "Last-Event-ID": String(lastId) }, signal }, options);
  }
  const headers = { Accept, "Content-Type": "application/json", "Idempotency-Key": options.idempotencyKey ?? "" };
  return send(question.path, { method: "POST", headers, body: question.body, signal }, options);
}

/**
 * @typedef {{id: string | null, event: string, data: string}} ServerEvent
 */

/** A reader of the event-stream format: feed it text cut anywhere, get the events that are whole. */
export class EventParser {
  #rest = "";
  #endedInCr = false;
  #event = "";
  /** @type {string[]} */
  #data = [];
  /** @type {string | null} */
  #id = null;

  /**
   * @param {string} text
   * @returns {ServerEvent[]}
   */
  feed(text) {
    /** @type {ServerEvent[]} */
    const events = [];
    if (!text) return events;
    // The line feed of a CRLF that was cut in two ends no second line.
    const fresh = this.#endedInCr && text[0] === "\n" ? text.slice(1) : text;
    this.#endedInCr = text.endsWith("\r");
    // Only CR, LF and CRLF end a line; U+2028 inside JSON does not.
    const lines = fresh.split(/\r\n|\r|\n/);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line, events);
    return events;
  }

  /**
   * @param {string} line
   * @param {ServerEvent[]} events
   */
  #take(line, events) {
    if (line === "") {
      if (this.#data.length) events.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
      this.#event = "";
      this.#data = [];
      // An event without an id has none here: what the server says beside the numbered ones is not one of them.
      this.#id = null;
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id") this.#id = value;
  }
}

/**
 * The events of a response as they arrive; `onBytes` hears of every packet, heartbeats too.
 * @param {Response} response
 * @param {() => void} [onBytes]
 * @returns {AsyncGenerator<ServerEvent, void, undefined>}
 */
export async function* readEvents(response, onBytes = () => {}) {
  if (!response.body) return;
  const reader = response.body.getReader();
  // Keeps the first bytes of a character until the packet with the others.
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Wait, unless `signal` ends the wait; resolves in both cases.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}

/**
 * How long to wait before try number `attempt` (from 0): half a second, doubling, at most 8 s.
 * @param {number} attempt
 * @returns {number} Milliseconds.
 */
export function backoff(attempt) {
  return Math.min(8000, 500 * 2 ** attempt) * (0.8 + Math.random() * 0.4);
}

/**
 * A random key of 128 bits in hex; `crypto.randomUUID` is absent over plain http.
 * @returns {string}
 */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
