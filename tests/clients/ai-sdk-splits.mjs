// Streams, cut up as they are given, through the SDK's own transport: the parts that it made of each.
import { DefaultChatTransport } from "ai";

let input = "";
for await (const piece of process.stdin) input += piece;
const read = [];
for (const pieces of JSON.parse(input)) {
  const body = ReadableStream.from(pieces.map((piece) => Buffer.from(piece, "base64")));
  const transport = new DefaultChatTransport({ api: "http://nowhere/", fetch: async () => new Response(body) });
  const stream = await transport.sendMessages({ chatId: "1", messages: [], trigger: "submit-message" });
  read.push(await Array.fromAsync(stream));
}
process.stdout.write(JSON.stringify(read));
