// News of a project's inbox, for as long as somebody looks.
import { ApiError, request } from "../api.js";
import { backoff, pause, readEvents } from "../client.js";

/** Call `onChange(conversation)` at each change and `onGap` where the list is to be read anew. */
export async function followInbox(projectId, { onChange, onGap, onEnded, signal }) {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const response = await request(`/projects/${projectId}/inbox/events`, { headers: { Accept: "text/event-stream" }, signal });
      for await (const { event, data } of readEvents(response, () => { attempt = 0; })) {
        if (event === "conversation") onChange(JSON.parse(data));
        else if (event === "reset" || event === "deleted") onGap();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status > 0 && error.status < 500) return onEnded();
    }
    await pause(backoff(attempt), signal);
  }
}
