// Dialogs: the browser's own, which keep the focus inside and give it back.
import { freshId, h } from "./dom.js";
import { form } from "./forms.js";

/** Open a dialog with `content(close)` in it; resolves with what `close` was given. */
export function openDialog(title, content, { description = null } = {}) {
  return new Promise((resolve) => {
    const id = freshId("dialog");
    let result;
    const dialog = h("dialog", { class: "sheet", "aria-labelledby": id, closedby: "any" });
    const close = (value) => { result = value; dialog.close(); };
    dialog.append(h("h2", { id }, title), ...(description ? [h("p", { class: "muted" }, description)] : []), content(close));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(result); });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea, .actions .button:last-child")?.focus();
  });
}

/** Ask for a yes; true when it was given. `act` does it and may throw an ApiError. */
export function confirmDialog({ title, description, submit, act }) {
  return openDialog(title, (close) => {
    const element = form([], { submit, cancel: () => close(false), send: async () => { await act(); close(true); } });
    element.querySelector("[type=submit]").classList.replace("primary", "danger");
    return element;
  }, { description });
}

/** Show one thing to read, with a button that closes. */
export function showDialog(title, body, { description = null, done = "Done" } = {}) {
  return openDialog(title, (close) => h("div", { class: "stack" }, body, h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", on: { click: () => close() } }, done))), { description });
}
