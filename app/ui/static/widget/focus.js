// The keyboard stays in the panel while it is open, and its keys stay out of the page.
const REACHED = "button, textarea, summary, a[href], [tabindex='0']";

function reachable(panel) {
  return [...panel.querySelectorAll(REACHED)].filter((element) => !element.closest("[hidden]") && element.checkVisibility?.() !== false);
}

/** Keep Tab inside `panel`; `close()` on Escape. `active()` gives the element that has the focus. */
export function holdFocus(panel, { active, close }) {
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") {
      const elements = reachable(panel);
      const [from, to] = event.shiftKey ? [elements[0], elements.at(-1)] : [elements.at(-1), elements[0]];
      if (active() === from || !panel.contains(active()) || !elements.includes(active()) && event.shiftKey) {
        event.preventDefault();
        to?.focus();
      }
    }
  });
  // A page with single-key commands would take what is written here for them.
  for (const kind of ["keydown", "keyup", "keypress"]) panel.addEventListener(kind, (event) => event.stopPropagation());
}
