// Readers that others wrote, in one process: a line of JSON asks, lines of JSON tell what they understood.
import { createInterface } from "node:readline";
import { createParser } from "../unit/vendor/eventsource-parser/index.js";

const texts = (body) => body.pipeThrough(new TextDecoderStream());

/** Asks; tells of a refusal and of nothing where there is no stream. */
async function opened({ url, ...request }, tell, signal) {
  const response = await fetch(url, { ...request, signal });
  if (response.status === 200) return response.body;
  tell({ refused: { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() } });
  return null;
}

const READERS = {
  async "eventsource-parser"(asked, tell, signal) {
    const body = await opened(asked, tell, signal);
    const onEvent = ({ event = "message", id = "", data }) => tell({ event: [event, id, data] });
    const parser = createParser({ onEvent });
    if (body) for await (const piece of texts(body)) parser.feed(piece);
  },

  // As runbooks/how-to/ask-from-your-own-code.md does it.
  async fetch(asked, tell, signal) {
    const body = await opened(asked, tell, signal);
    let rest = "";
    if (body)
      for await (const piece of texts(body)) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop();
        for (const line of lines.filter((each) => each.trim())) tell({ event: ["message", "", line] });
      }
  },

  /** Leaves as a page does: when the last word of the answer has come. */
  EventSource({ url }, tell, signal) {
    return new Promise((resolve) => {
      const source = new EventSource(url);
      const leave = () => resolve(source.close());
      signal.addEventListener("abort", leave);
      source.onmessage = ({ lastEventId, data }) => {
        tell({ event: ["message", lastEventId, data] });
        if (["final", "error"].includes(JSON.parse(data).type)) leave();
      };
      source.onerror = () => source.readyState === EventSource.CLOSED && leave();
    });
  },

  async openai({ baseURL, apiKey, headers, body }, tell, signal) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
    let stream;
    try {
      stream = await client.chat.completions.create(body, { headers, signal });
    } catch ({ status, headers, error, message }) {
      if (!status) throw new Error(message);
      return tell({ refused: { status, headers: Object.fromEntries(headers), body: JSON.stringify(error) } });
    }
    for await (const chunk of stream) tell({ event: [chunk.object, "", JSON.stringify(chunk)] });
  },

  async ai({ api, headers, chatId, trigger, messages }, tell, signal) {
    const { DefaultChatTransport, readUIMessageStream } = await import("ai");
    const transport = new DefaultChatTransport({ api, headers });
    const sending = { chatId, messages, trigger, messageId: undefined, abortSignal: signal };
    const stream = await (trigger ? transport.sendMessages(sending) : transport.reconnectToStream({ chatId }));
    if (!stream) return tell({ refused: { status: 204, headers: {}, body: "" } });
    const [parts, whole] = stream.tee();
    const telling = (async () => {
      for await (const part of parts) tell({ event: [part.type, "", JSON.stringify(part)] });
    })();
    let message = null;
    for await (const each of readUIMessageStream({ stream: whole, onError: () => {} })) message = each;
    await telling;
    tell({ message });
  },
};

const open = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const { id, reader, asked } = JSON.parse(line);
  const tell = (told) => process.stdout.write(`${JSON.stringify({ id, ...told })}\n`);
  if (!reader) open.get(id)?.abort();
  else {
    const leaving = new AbortController();
    open.set(id, leaving);
    READERS[reader](asked, tell, leaving.signal)
      .catch((error) => tell({ broke: String(error.message), code: error.code ?? null }))
      .finally(() => open.delete(id) && tell({ ended: true }));
  }
}
