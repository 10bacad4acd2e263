// Streams, cut up as they are given, through the packages' own readers: what each made of them.
import { DefaultChatTransport } from "ai";
import OpenAI from "openai";

const READERS = {
  ai: async (fetch) => {
    const transport = new DefaultChatTransport({ api: "http://nowhere/", fetch });
    return transport.sendMessages({ chatId: "1", messages: [], trigger: "submit-message" });
  },
  openai: (fetch) => {
    const client = new OpenAI({ baseURL: "http://nowhere/v1", apiKey: "none", fetch });
    return client.chat.completions.create({ model: "house", messages: [], stream: true });
  },
};

let input = "";
for await (const piece of process.stdin) input += piece;
const { reader, streams } = JSON.parse(input);
const read = [];
for (const pieces of streams) {
  const body = ReadableStream.from(pieces.map((piece) => Buffer.from(piece, "base64")));
  const headers = { "Content-Type": "text/event-stream" };
  read.push(await Array.fromAsync(await READERS[reader](async () => new Response(body, { headers }))));
}
process.stdout.write(JSON.stringify(read));
