// Server-sent events over fetch, because EventSource can't send an Authorization header.

/** A reader of the event-stream format: feed it text, get the events that are whole. */
export class EventParser {
  #rest = "";
  #event = "";
  #data = [];
  #id = null;

  feed(text) {
    const events = [];
    this.#rest += text;
    // Only CR, LF and CRLF end a line; U+2028 inside JSON does not.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#take(line, events);
    return events;
  }

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

/** The events of a response as they arrive; `onBytes` hears of every packet, heartbeats too. */
export async function* readEvents(response, onBytes = () => {}) {
  const reader = response.body.getReader();
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

/** Wait, unless `signal` ends the wait; resolves in both cases. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** How long to wait before try number `attempt` (from 0): half a second, doubling, at most 8 s. */
export function backoff(attempt) {
  return Math.min(8000, 500 * 2 ** attempt) * (0.8 + Math.random() * 0.4);
}
