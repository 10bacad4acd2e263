// Sending files, with progress; fetch can't tell how far an upload is, so this is XHR.
import { ApiError, unreachable } from "../api.js";
import * as session from "../session.js";

const AT_ONCE = 3;
let running = 0;
const waiting = [];

function take() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift()().finally(() => { running -= 1; take(); });
  }
}

function refusal(request) {
  let body = {};
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // Not from Lumen itself, such as a proxy's page.
  }
  const fallback = request.status === 413 ? "The file is larger than this server takes." : `The server answered with status ${request.status}.`;
  return new ApiError(request.status, body.error ?? "unknown", body.message ?? fallback);
}

function taken({ document, documents }) {
  return document ?? documents[0];
}

async function once(projectId, file, { onProgress, signal, replaces }) {
  const token = await session.accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", file, file.name);
    if (replaces) request.open("PUT", `/documents/${replaces}/file`);
    else request.open("POST", `/documents/projects/${projectId}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("X-Lumen-Client", "browser");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve(taken(JSON.parse(request.responseText))) : reject(Object.assign(refusal(request), { token }))));
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("The upload was cancelled.", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

async function send(projectId, file, options) {
  try {
    return await once(projectId, file, options);
  } catch (error) {
    if (error.status === 401 && (await session.renew(error.token))) return once(projectId, file, options);
    throw error;
  }
}

/**
 * Upload one file; a few go at once, the others wait. Gives the Document, or throws an ApiError.
 * `replaces` is the id of the document whose new version it is.
 */
export function upload(projectId, file, options) {
  return new Promise((resolve, reject) => {
    waiting.push(() => send(projectId, file, options).then(resolve, reject));
    take();
  });
}
