// A test call: a few words are asked of an endpoint, and what came back is said plainly.
import { post } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { trialWords } from "./words.js";

function result(answer) {
  const { what, advice, said } = trialWords(answer);
  if (answer.ok) return h("div", { class: "notice good" }, icon("check"), h("p", { class: "small" }, what, said && [": ", h("span", { dir: "auto" }, said)]));
  return h("div", { class: "notice bad", role: "alert" }, icon("alert"), h("div", { class: "grow" },
    h("p", {}, h("strong", {}, what), advice && ` ${advice}`),
    said && h("p", { class: "small muted", dir: "auto" }, `It said: ${said}`)));
}

/** A button that tests, and the place where it says what it found. `ask()` gives `{path, body}`. */
export function trial(ask, { label = "Test" } = {}) {
  const place = h("div", { role: "status", class: "trial" });
  const button = h("button", { type: "button", class: "button tight", on: { click: () => run() } }, label);
  async function run() {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    fill(place, h("p", { class: "small muted" }, "Asking it for a few words…"));
    try {
      const { path, body } = ask();
      fill(place, result(await post(path, body)));
    } catch (error) {
      if (!error.code) throw error;
      fill(place, problem(error.issues?.[0]?.message ?? error.message));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
  return { button, place, run };
}
