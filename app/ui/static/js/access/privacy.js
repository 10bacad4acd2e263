// Whether a project is for some or for everyone.
import { announce } from "../announce.js";
import { patch } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";

const CHOICES = [
  { isPrivate: true, icon: "lock", label: "Private", words: "Only its owner, those named here, and those whose role opens every project." },
  { isPrivate: false, icon: "web", label: "Everyone may use it", words: "All with an account here can ask and read. More than that is only for those named here." },
];

function choiceOf(project) {
  return CHOICES.find(({ isPrivate }) => isPrivate === project.isPrivate);
}

/** The choice as it is, to read. */
function statement(project) {
  const choice = choiceOf(project);
  return h("div", { class: "choice plain" }, icon(choice.icon), h("span", { class: "two-lines" }, h("strong", {}, choice.label), h("span", { class: "small muted" }, choice.words)));
}

/** The switch for those who may move it; `onChange` hears when it is done. */
export function privacy(project, { mayChange, onChange }) {
  if (!mayChange) return statement(project);
  const place = h("div", { class: "choice-trouble" });
  const inputs = CHOICES.map(({ isPrivate }) => h("input", { type: "radio", name: "privacy", checked: isPrivate === project.isPrivate, on: { change: () => change(isPrivate) } }));
  const element = h("fieldset", { class: "choices" }, h("legend", { class: "unseen" }, "Who may use it without being named"),
    CHOICES.map((choice, at) => h("label", { class: "choice" }, inputs[at], icon(choice.icon), h("span", { class: "two-lines" }, h("strong", {}, choice.label), h("span", { class: "small muted" }, choice.words)))), place);
  const mark = () => CHOICES.forEach(({ isPrivate }, at) => { inputs[at].checked = isPrivate === project.isPrivate; });

  async function change(isPrivate) {
    fill(place);
    try {
      await patch(`/projects/${project.id}`, { isPrivate });
      project.isPrivate = isPrivate;
      announce(isPrivate ? "The project is private now." : "Everyone may use the project now.");
      await onChange();
    } catch (error) {
      if (!error.code) throw error;
      fill(place, problem(error.message));
    } finally {
      // Another click may have come first; what the server last said is what stands.
      mark();
    }
  }
  return element;
}
