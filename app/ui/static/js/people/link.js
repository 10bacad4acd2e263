// A one-time link, shown once to the one who made it.
import { showDialog } from "../dialog.js";
import { h } from "../dom.js";
import { copyField } from "./copy-field.js";
import { firstName, until } from "./words.js";

/** Show `{url, expiresAt, emailed, purpose?}` for `person`; resolves when it was put away. */
export function showLink(person, link) {
  const reset = link.purpose === "password_reset";
  const name = firstName(person.name);
  const sent = link.emailed
    ? `It was sent to ${person.email}. You can hand it over yourself as well.`
    : `No mail was sent: hand it to ${name} yourself, in a way that you trust.`;
  const body = h("div", { class: "stack" }, copyField(reset ? "Link for a new password" : "Invitation link", link.url),
    h("p", { class: "small muted" }, `It works once, until ${until(link.expiresAt)}. Whoever opens it first chooses the password. It is not shown again, but you can make a new one.`));
  const done = showDialog(reset ? `A new password for ${name}` : `An invitation for ${name}`, body, { description: sent });
  // A click beside the dialog must not lose what is shown once.
  body.closest("dialog").setAttribute("closedby", "closerequest");
  return done;
}
