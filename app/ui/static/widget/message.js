// One entry of the thread: what the visitor asked, or what was answered.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";
import { MarkdownView } from "../js/markdown/render.js";
import { chip, sourceList } from "./sources.js";

const STATUS = {
  waiting: "Searching the documents…",
  lost: "Connection lost. Going on as soon as it is back…",
  handed: "Your message has arrived. The answer appears here.",
};

/** The element of a question. */
class Question {
  constructor({ text }) {
    this.element = h("li", { class: "mine" }, h("span", { class: "unseen" }, "You: "), h("div", { class: "said", dir: "auto" }, text));
  }

  update() {}
}

class Answer {
  #frame = 0;
  #list = null;
  #entry = null;

  /** `again()` asks the same question once more. */
  constructor(entry, { again, onGrow }) {
    Object.assign(this, { again, onGrow });
    this.body = h("div", { class: "answer" });
    this.status = h("p", { class: "status", dir: "auto" });
    this.foot = h("div", { class: "answer-foot" });
    this.element = h("li", { class: "theirs" }, h("span", { class: "unseen" }, "Answer: "), this.body, this.status, this.foot);
    this.view = new MarkdownView(this.body, { cite: (number) => chip(number, this.#entry.sources, (chosen) => this.#list?.open(chosen)) });
    this.update(entry);
  }

  update(entry) {
    this.#entry = entry;
    const { state } = entry;
    this.status.textContent = STATUS[state] ?? "";
    this.status.hidden = !STATUS[state];
    this.body.toggleAttribute("data-live", state === "writing");
    if (state === "writing") this.#later();
    else this.#settle();
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.view.show(this.#entry.text);
      this.onGrow();
    });
  }

  #settle() {
    const { text, sources, state, reason } = this.#entry;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#list = state === "done" && sources.length ? sourceList(sources) : null;
    this.view.refresh(text);
    this.foot.replaceChildren(...[this.#list?.element, state === "failed" && this.#failed(reason)].filter(Boolean));
    this.onGrow();
  }

  #failed(reason) {
    return h("div", { class: "notice bad" }, icon("alert"), h("div", {},
      h("p", { dir: "auto" }, reason || "The answer could not be written to its end."),
      h("button", { type: "button", class: "button", on: { click: this.again } }, icon("reload"), "Ask again")));
  }
}

/** The view of an entry: `{element, update(entry)}`. */
export function messageView(entry, hooks) {
  return entry.mine ? new Question(entry) : new Answer(entry, hooks);
}

/** The words of an entry, for the ear. */
export function spoken(entry, element) {
  if (entry.state === "handed") return STATUS.handed;
  if (entry.state === "failed") return entry.reason || "The answer could not be written to its end.";
  return `Answer: ${element.querySelector(".answer")?.textContent ?? entry.text}`;
}
