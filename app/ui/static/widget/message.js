// One entry of the thread: what the visitor asked, or what was answered.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";
import { MarkdownView } from "../js/markdown/render.js";
import { chip, sourceList } from "./sources.js";

const STATUS = { waiting: "searching", lost: "lost", handed: "handed" };

/** The element of a question. */
class Question {
  constructor({ text }, { words }) {
    this.element = h("li", { class: "mine" }, h("span", { class: "unseen" }, words.say("you")), h("div", { class: "said", dir: "auto" }, text));
  }

  update() {}
}

class Answer {
  #frame = 0;
  #list = null;
  #entry = null;

  /** `again()` asks the same question once more. */
  constructor(entry, { words, again, onGrow }) {
    Object.assign(this, { words, again, onGrow });
    this.body = h("div", { class: "answer" });
    this.status = h("p", { class: "status", dir: "auto" });
    this.foot = h("div", { class: "answer-foot" });
    this.element = h("li", { class: "theirs" }, h("span", { class: "unseen" }, words.say("answer")), this.body, this.status, this.foot);
    this.view = new MarkdownView(this.body, { cite: (number) => chip(number, this.#entry.sources, words, (chosen) => this.#list?.open(chosen)) });
    this.update(entry);
  }

  update(entry) {
    this.#entry = entry;
    const { state } = entry;
    const key = STATUS[state];
    this.status.textContent = key ? this.words.say(key) : "";
    this.status.hidden = !key;
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
    const { text, sources, state, isStopped } = this.#entry;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#list = state === "done" && sources.length ? sourceList(sources, this.words) : null;
    this.view.refresh(text);
    this.foot.replaceChildren(...[isStopped && this.#stopped(), this.#list?.element, state === "failed" && this.#failed()].filter(Boolean));
    this.onGrow();
  }

  #stopped() {
    return h("p", { class: "stopped" }, icon("stop"), h("span", { dir: "auto" }, this.words.say("stopped")));
  }

  #failed() {
    return h("div", { class: "notice bad" }, icon("alert"), h("div", {},
      h("p", { dir: "auto" }, failure(this.#entry, this.words)),
      h("button", { type: "button", class: "button", on: { click: this.again } }, icon("reload"), this.words.say("again"))));
  }
}

/** What went wrong: the server's own sentence, which is English, or one in the page's language. */
function failure({ reason }, words) {
  return (words.language === "en" && reason) || words.say("failed");
}

/** The view of an entry: `{element, update(entry)}`; `hooks` are `words`, `again()` and `onGrow()`. */
export function messageView(entry, hooks) {
  return entry.mine ? new Question(entry, hooks) : new Answer(entry, hooks);
}

/** The words of an entry, for the ear. */
export function spoken(entry, element, words) {
  if (entry.state === "handed") return words.say("handed");
  if (entry.state === "failed") return failure(entry, words);
  if (entry.isStopped) return words.say("stopped");
  return `${words.say("answer")} ${element.querySelector(".answer")?.textContent ?? entry.text}`;
}
