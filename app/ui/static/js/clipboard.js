// Copying, also on a server reached over plain http, where the clipboard API is absent.
import { h } from "./dom.js";

export async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused: the older way below may still be allowed.
    }
  }
  const field = h("textarea", { class: "unseen", "aria-hidden": "true", value: text });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
