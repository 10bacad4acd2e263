// Single keys, for those who don't take the hand to the mouse.
import { showDialog } from "./dialog.js";
import { h } from "./dom.js";

const OFF = "lumen-keys-off";
const LIST = [
  ["/", "To the question"], ["n", "New conversation, or new project at home"], ["f", "To the search of the list"], ["u", "Add documents"],
  ["[  ]", "Previous, next source of the answer"], ["←  →", "Previous, next page, in the source"], ["Esc", "Close what is open"], ["?", "These keys"],
  ["Enter", "Ask"], ["Shift + Enter", "New line in the question"],
];

export function showShortcuts() {
  const rows = LIST.map(([keys, what]) => h("div", { class: "key-row" }, h("dt", {}, keys.split("  ").map((key) => h("kbd", {}, key))), h("dd", {}, what)));
  const toggle = h("input", { type: "checkbox", checked: localStorage.getItem(OFF) !== "1", on: { change: (event) => localStorage.setItem(OFF, event.target.checked ? "0" : "1") } });
  return showDialog("Keyboard", h("div", { class: "stack" }, h("dl", { class: "keys" }, rows), h("label", { class: "check" }, toggle, "Single keys act outside text fields")));
}

/** Keys press the control that carries `data-shortcut`; `extra` maps further keys to functions. */
export function startShortcuts(extra = {}) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || localStorage.getItem(OFF) === "1") return;
    if (event.target.closest?.("input, textarea, select, [contenteditable], [role=menu]")) return;
    if (document.querySelector("dialog.sheet[open]")) return;
    const key = event.key === "?" ? "?" : event.key;
    if (key === "?") {
      event.preventDefault();
      return showShortcuts();
    }
    if (extra[key]) return extra[key](event);
    if (!/^[a-z/]$/.test(key)) return;
    const control = [...document.querySelectorAll(`[data-shortcut="${key}"]`)].find((element) => element.checkVisibility());
    if (!control) return;
    event.preventDefault();
    if (control.matches("input, textarea")) control.focus();
    else control.click();
  });
}
