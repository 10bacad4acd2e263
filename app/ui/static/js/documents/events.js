// News of a project's documents, for as long as somebody looks.
import { ApiError, request } from "../api.js";
import { isOutOfReach } from "../access/ended.js";
import { backoff, pause, readEvents } from "../client.js";

/**
 * Call `onDocument` at each change until `signal` ends it. After a lost connection
 * `onGap` is called, because what happened meanwhile was not heard; `onEnded` when the project
 * is out of reach.
 */
export async function followDocuments(projectId, { onDocument, onGap, onEnded, signal }) {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    let sentAway = false;
    try {
      const response = await request(`/documents/projects/${projectId}/events`, { headers: { Accept: "text/event-stream" }, signal });
      onGap();
      for await (const { event, data } of readEvents(response, () => { attempt = 0; })) {
        if (event === "document") onDocument(JSON.parse(data));
        else if (event === "deleted") onDocument({ ...JSON.parse(data), deleted: true });
        else if (event === "error") sentAway = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status > 0 && error.status < 500) return error.status === 403 || error.status === 404 ? onEnded() : undefined;
    }
    if (sentAway && (await isOutOfReach(projectId))) return signal.aborted ? undefined : onEnded();
    await pause(sentAway ? backoff(Infinity) : backoff(attempt), signal);
  }
}
