// The ways of signing in that this server offers.
import { get } from "../api.js";

// Where the answer does not come, nothing is hidden: the server refuses what it does not take.
const UNKNOWN = { password: true, oidc: null };
let asked = null;

/** `{password, oidc: {name, startUrl} | null}`. */
export function waysIn() {
  return get("/auth/ways", { anonymous: true }).catch(() => UNKNOWN);
}

/** Whether passwords are taken, and with them the links that set them; asked once a page. */
export async function passwordsAreTaken() {
  asked ??= waysIn();
  const ways = await asked;
  if (ways === UNKNOWN) asked = null;
  return ways.password;
}
