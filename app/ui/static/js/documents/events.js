// News of a project's documents, for as long as somebody looks.
import { ApiError, request } from "../api.js";
import { backoff, pause, readEvents } from "../event-stream.js";

/**
 * Call `onDocument` at each change until `signal` ends it. After a lost connection
 * `onGap` is called, because what happened meanwhile was not heard.
 */
export async function followDocuments(projectId, { onDocument, onGap, signal }) {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const response = await request(`/documents/projects/${projectId}/events`, { headers: { Accept: "text/event-stream" }, signal });
      onGap();
      for await (const { event, data } of readEvents(response, () => { attempt = 0; })) {
        if (event === "document") onDocument(JSON.parse(data));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status > 0 && error.status < 500) return;
    }
    await pause(backoff(attempt), signal);
  }
}
