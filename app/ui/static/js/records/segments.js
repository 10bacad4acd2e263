// A few choices side by side, of which one holds; the arrow keys move it, as in any radio group.
import { freshId, h } from "../dom.js";

export function segments(label, choices, chosen, onChoose) {
  const name = freshId("segments");
  return h("fieldset", { class: "segments" }, h("legend", { class: "unseen" }, label),
    choices.map(([value, words]) => h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => onChoose(value) } }), h("span", {}, words))));
}
