// Text to take along, such as a secret that is shown once, with a button that copies it.
import { copyText } from "../clipboard.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

const SHOWN_MS = 2500;

/** The value, selected at a touch, and a button whose own words say that it was copied. */
export function copyField(label, value, { rows = 1 } = {}) {
  const shape = rows > 1 ? { rows: String(rows), spellcheck: "false" } : {};
  const input = h(rows > 1 ? "textarea" : "input", { class: "input mono", readonly: true, value, "aria-label": label, dir: "ltr", autofocus: true, ...shape, on: { focus: () => whole() } });
  // A line that is longer than its field shows where it begins.
  const whole = () => { input.setSelectionRange(0, value.length, "backward"); requestAnimationFrame(() => { input.scrollLeft = 0; }); };
  const said = h("span", { class: "unseen", role: "status" });
  const plain = () => { fill(button, icon("copy"), "Copy"); fill(said); };
  const copy = async () => {
    const done = await copyText(value);
    fill(button, icon(done ? "check" : "alert"), done ? "Copied" : "Select it and copy it");
    fill(said, done ? "Copied." : "It could not be copied. Select it and copy it.");
    if (!done) { input.focus(); whole(); }
    setTimeout(plain, SHOWN_MS);
  };
  const button = h("button", { type: "button", class: "button", on: { click: copy } });
  plain();
  return h("div", { class: "copy-field" }, input, button, said);
}
