// Reads streams, cut up as they are given: events with the parser that most JavaScript clients use,
// lines as runbooks/how-to/ask-from-your-own-code.md does.
import { createParser } from "./eventsource-parser/index.js";

const READERS = {
  async events(texts) {
    const events = [];
    const parser = createParser({ onEvent: ({ event = "message", id = "", data }) => events.push([event, id, data]) });
    for await (const text of texts) parser.feed(text);
    return events;
  },

  async lines(texts) {
    const read = [];
    let rest = "";
    for await (const text of texts) {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines.filter((each) => each.trim())) read.push(JSON.parse(line));
    }
    return read;
  },
};

let input = "";
for await (const piece of process.stdin) input += piece;
const read = [];
for (const { reader, pieces } of JSON.parse(input)) {
  const body = ReadableStream.from(pieces.map((piece) => Buffer.from(piece, "base64")));
  read.push(await READERS[reader](body.pipeThrough(new TextDecoderStream())));
}
process.stdout.write(JSON.stringify(read));
