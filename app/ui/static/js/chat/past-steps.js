// The steps of a stored answer, read again from the record of its events.
import { request } from "../api.js";
import { readEvents } from "../event-stream.js";

/** Give each step of the answer to `take`, in their order; resolves once the text begins. */
export async function readPastSteps(messageId, take) {
  const response = await request(`/chat/messages/${encodeURIComponent(messageId)}/stream?after=0`, { headers: { Accept: "text/event-stream" } });
  for await (const { event, data } of readEvents(response)) {
    if (event === "status") take(JSON.parse(data));
    else if (event === "text" || event === "done" || event === "error") return;
  }
}
