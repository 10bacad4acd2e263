// Reads streams, cut up as they are given, with the parser that most JavaScript clients use.
import { createParser } from "./eventsource-parser/index.js";

let input = "";
for await (const piece of process.stdin) input += piece;
const read = JSON.parse(input).map((pieces) => {
  const events = [];
  const parser = createParser({ onEvent: ({ id, data }) => events.push([id, data]) });
  const decoder = new TextDecoder();
  for (const piece of pieces) parser.feed(decoder.decode(Buffer.from(piece, "base64"), { stream: true }));
  return events;
});
process.stdout.write(JSON.stringify(read));
