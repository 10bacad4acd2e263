// Calls to the server, as the signed-in person.
import { LumenError as ApiError, errorOf } from "./client.js";
import * as session from "./session.js";

export { ApiError, errorOf };

export function unreachable() {
  return new ApiError(0, "unreachable", "The server does not answer. Check that it runs and that you are connected, then try again.");
}

async function send(path, options) {
  const headers = new Headers(options.headers);
  headers.set("X-Lumen-Client", "browser");
  let body = options.body;
  if (options.json !== undefined) {
    headers.set("Content-Type", "application/json");
    body = JSON.stringify(options.json);
  }
  const token = options.anonymous ? null : await session.accessToken();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const response = await fetch(path, { method: options.method ?? "GET", headers, body, signal: options.signal, cache: "no-store", redirect: "error" });
  return { token, response };
}

async function attempt(path, options) {
  const { response, token } = await send(path, options);
  if (response.status !== 401 || options.anonymous) return response;
  if (await session.renew(token)) return (await send(path, options)).response;
  session.end();
  return response;
}

/** As `fetch`, signed: what the client's own streams go through. */
export const fetchSigned = (url, init) => attempt(url, init);

/** A response that is ok, or an ApiError; a token that ran out is renewed once on the way. */
export async function request(path, options = {}) {
  let response;
  try {
    response = await attempt(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function json(path, options) {
  const text = await (await request(path, options)).text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options) => json(path, options);
export const post = (path, body, options) => json(path, { ...options, method: "POST", json: body ?? {} });
export const patch = (path, body) => json(path, { method: "PATCH", json: body });
export const put = (path, body) => json(path, { method: "PUT", json: body });
export const remove = (path) => json(path, { method: "DELETE" });
