// Who is signed in. The access token lives in this module's memory alone; the refresh token
// is an HttpOnly cookie that no script sees.
const HEADERS = { "Content-Type": "application/json", "X-Lumen-Client": "browser" };
const LOCK = "lumen-refresh";
const EARLY_MS = 30_000;

let token = null;
let expiresAt = 0;
let person = null;
let renewing = null;
let onEnd = () => {};

const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("lumen-session") : null;
tabs?.addEventListener("message", (event) => {
  if (event.data === "ended" && person) forget();
});

export function user() {
  return person;
}

/** Whom to tell when the session is over. */
export function whenEnded(listener) {
  onEnd = listener;
}

function expiry(jwt) {
  try {
    const claims = JSON.parse(atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return claims.exp * 1000;
  } catch {
    return Date.now() + 60_000;
  }
}

/** Take what sign-in, set-up or a renewal answered. */
export function begin(answer) {
  token = answer.accessToken;
  expiresAt = expiry(token);
  person = answer.user;
  return person;
}

/** Take what changing one's own account answered. */
export function changed(user) {
  if (person) person = { ...person, ...user };
  return person;
}

function forget() {
  token = null;
  person = null;
  onEnd();
}

export function end() {
  if (!person) return;
  forget();
}

/** The access token, renewed shortly before it runs out. */
export async function accessToken() {
  if (token && Date.now() > expiresAt - EARLY_MS) await renew(token);
  return token;
}

/** One tab at a time: the refresh token is spent by its use, so two at once would end the session. */
function oneAtATime(work) {
  // Without a secure context there are no locks; tabs then meet by chance only.
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function exchange() {
  const response = await fetch("/auth/refresh", { method: "POST", headers: HEADERS, body: "{}", credentials: "same-origin", cache: "no-store" });
  if (response.status === 401 || response.status === 403) return false;
  // A server that is starting or in trouble has not ended the session.
  if (!response.ok) throw new TypeError("the session could not be renewed");
  begin(await response.json());
  return true;
}

/**
 * A new access token in place of `old`; false when there is no session to renew.
 * Callers at the same time share one exchange. Throws TypeError when the server does not answer.
 */
export function renew(old = null) {
  if (old !== token) return Promise.resolve(token !== null);
  renewing ??= oneAtATime(exchange).finally(() => { renewing = null; });
  return renewing;
}

export async function signOut() {
  const bearer = token;
  try {
    await fetch("/auth/logout", { method: "POST", headers: { ...HEADERS, Authorization: `Bearer ${bearer}` }, body: "{}", credentials: "same-origin" });
  } finally {
    tabs?.postMessage("ended");
    forget();
  }
}
