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

/** A random key of 128 bits in hex; `crypto.randomUUID` is absent over plain http. */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
