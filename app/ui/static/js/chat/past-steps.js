// The steps of a stored answer, read again from the record of its events.
import { fetchSigned } from "../api.js";
import { resumeStream } from "../client.js";

/** Give each step of the answer to `take`, in their order; resolves once the text begins. */
export async function readPastSteps(messageId, take) {
  for await (const { type, data } of resumeStream(messageId, { fetch: fetchSigned, tries: 1 })) {
    if (type === "status") take(data);
    else if (type === "text" || type === "done" || type === "error") return;
  }
}
