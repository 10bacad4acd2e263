// The SDK's own transport and reader against a server: sends, resumes, prints what it understood.
import { DefaultChatTransport, readUIMessageStream } from "ai";

const [api, token, chatId, action, question = ""] = process.argv.slice(2);
const transport = new DefaultChatTransport({ api, headers: { Authorization: `Bearer ${token}` } });
const messages = question ? JSON.parse(question) : [];
const sending = { chatId, messages, messageId: undefined, abortSignal: undefined };
let stream;
if (action === "resume") stream = await transport.reconnectToStream({ chatId });
else stream = await transport.sendMessages({ ...sending, trigger: action });

console.log("open");

const told = { isIdle: stream === null, error: null, parts: [], message: null };
if (stream) {
  const [one, other] = stream.tee();
  const parts = (async () => {
    for await (const part of one) told.parts.push(part.type);
  })();
  const errors = [];
  for await (const message of readUIMessageStream({ stream: other, onError: (error) => errors.push(String(error.message)) })) told.message = message;
  await parts;
  told.error = errors[0] ?? null;
}
console.log(JSON.stringify(told));
