// Whether this server takes passwords, and with them the links that set them.
import { get } from "../api.js";

let asked = null;

/** True where it does; asked once a page. Where the answer does not come, nothing is hidden. */
export function passwordsAreTaken() {
  asked ??= get("/auth/ways", { anonymous: true }).then((ways) => ways.password, () => { asked = null; return true; });
  return asked;
}
