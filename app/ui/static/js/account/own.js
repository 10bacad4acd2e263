// Changing one's own password, and one's own name.
import { toast } from "../announce.js";
import { patch, post } from "../api.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import * as session from "../session.js";

/** Resolves with true once the password is changed. */
export async function passwordDialog() {
  const { email } = session.user();
  const done = await openDialog("Change your password", (close) => form([
    // For password managers, which file a password under an account.
    h("input", { type: "email", name: "username", autocomplete: "username", value: email, hidden: true, readonly: true }),
    field({ label: "Current password", name: "currentPassword", kind: "password", required: true, "data-what": "your current password", autocomplete: "current-password", autofocus: true }),
    field({ label: "New password", name: "newPassword", kind: "password", required: true, "data-what": "a new password", autocomplete: "new-password", hint: "At least 10 characters. A short sentence is good." }),
  ], { submit: "Change it", cancel: () => close(), send: async ({ currentPassword, newPassword }) => { await post("/users/me/password", { currentPassword, newPassword }); close(true); } }),
  { description: "Everywhere else you are signed out; this browser stays signed in." });
  if (done) toast("Your password is changed.");
  return Boolean(done);
}

/** Resolves with the person under the new name, or undefined. */
export function nameDialog() {
  return openDialog("Change your name", (close) => form([
    field({ label: "Name", name: "name", value: session.user().name, required: true, "data-what": "your name", maxlength: "200", autocomplete: "name" }),
  ], { submit: "Save", cancel: () => close(), send: async ({ name }) => close(session.changed((await patch("/users/me", { name: name.trim() })).user)) }));
}
