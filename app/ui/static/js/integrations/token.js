// An integration's token, shown once; and the line that puts it to use, at any time.
import { showDialog } from "../dialog.js";
import { h } from "../dom.js";
import { copyField } from "../people/copy-field.js";
import { tokenStub, useLine, useWords } from "./words.js";

function use(integration, token) {
  const { label, hint } = useWords(integration);
  return h("div", { class: "stack tight-stack" }, h("h3", {}, label), copyField(label, useLine(integration, token), { rows: 4 }), h("p", { class: "small muted" }, hint));
}

/** The widget as visitors meet it; the token stands behind `#`, which is never sent. */
function preview(integration, token) {
  if (integration.kind !== "widget") return null;
  const frame = h("iframe", { class: "integration-preview", title: "Preview of the chat", src: `/app/widget-preview?open#${encodeURIComponent(token)}` });
  return h("div", { class: "stack tight-stack" }, h("h3", {}, "Try it"), frame, h("p", { class: "small muted" }, "A question here is a real one, and counts."));
}

/** Show the token, now and never again; resolves when it was put away. */
export function showToken(title, { integration, token }) {
  const secret = h("div", { class: "stack tight-stack" }, h("h3", {}, "Token"), copyField("The token", token));
  const body = h("div", { class: "stack" }, secret, use(integration, token), preview(integration, token));
  const done = showDialog(title, body, { description: "Copy it now: the token is not shown again." });
  // A click beside the dialog must not lose what is shown once.
  body.closest("dialog").setAttribute("closedby", "closerequest");
  return done;
}

/** The same line later, without the token. */
export function showUse(integration) {
  const title = integration.kind === "widget" ? `“${integration.name}” on your pages` : `“${integration.name}” from a program`;
  return showDialog(title, use(integration, tokenStub(integration)), { description: "The token was shown when it was drawn, and goes in the place of the dots. If it is lost, draw a new one." });
}
