// The website widget: one script tag, one launcher, one panel, whatever the page does around it.
import { readOptions } from "./options.js";
import { mount } from "./mount.js";

const MOUNTED = Symbol.for("lumen.widget");
// Only while the script runs for the first time does the page say which tag it came from.
const tag = document.currentScript ?? document.querySelector("script[data-integration-token]");

function begin() {
  // A single-page app may put the tag in again with each of its pages.
  if (globalThis[MOUNTED]) return;
  const options = readOptions(tag);
  if (!options.token) {
    console.warn("Lumen: the script tag of the chat needs data-integration-token.");
    return;
  }
  globalThis[MOUNTED] = true;
  mount(options);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
else begin();
