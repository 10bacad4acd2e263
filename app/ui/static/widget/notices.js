// What stands between the thread and the composer when something is in the way.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const LONG_S = 120;

/** In place of the conversation, where this site may not use it. */
export function refusedPage(words) {
  return h("div", { class: "refused", role: "alert" }, icon("lock"),
    h("p", { class: "refused-title", dir: "auto" }, words.say("refused")),
    h("p", { dir: "auto" }, words.say("refusedWhy", { host: location.hostname || location.protocol })));
}

export class Notices {
  #timer = 0;
  #what = null;

  constructor(words) {
    this.words = words;
    this.element = h("div", { class: "notices", role: "status" });
  }

  tell(text, { drawing = "alert", what = null } = {}) {
    clearInterval(this.#timer);
    this.#what = what;
    this.element.replaceChildren(h("div", { class: "notice" }, icon(drawing), h("p", { dir: "auto" }, text)));
  }

  /** Take back what was told; with `what`, only where it is still that. */
  clear(what = this.#what) {
    if (what !== this.#what) return;
    clearInterval(this.#timer);
    this.element.replaceChildren();
  }

  /** Count down, unless something else is said before the end; gives the first sentence. */
  countDown(seconds) {
    const until = Date.now() + seconds * 1000;
    const first = this.#waiting(seconds);
    this.tell(first, { drawing: "history" });
    const shown = this.element.querySelector("p");
    // The first sentence is heard; each second after it would be a din.
    shown.setAttribute("aria-live", "off");
    this.#timer = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) return void (shown.textContent = this.#waiting(left));
      this.clear();
    }, 1000);
    return first;
  }

  /** Ask before something is left behind. */
  confirm({ text, yes, no, act }) {
    clearInterval(this.#timer);
    this.#what = null;
    const button = (label, kind, done) => h("button", { type: "button", class: ["button", kind], on: { click: () => { this.clear(); done(); } } }, label);
    const first = button(yes, "primary", act);
    this.element.replaceChildren(h("div", { class: "notice" }, h("div", {}, h("p", { dir: "auto" }, text), h("div", { class: "choices" }, first, button(no.label, null, no.act)))));
    first.focus();
  }

  #waiting(seconds) {
    if (seconds > LONG_S) return this.words.say("until", { time: this.words.hour(Date.now() + seconds * 1000) });
    return this.words.say("wait", { time: this.words.seconds(seconds) });
  }
}
