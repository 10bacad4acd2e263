// What stands between the thread and the composer when something is in the way.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const LONG_S = 120;
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

/** In place of the conversation, where this site may not use it. */
export function refusedPage() {
  return h("div", { class: "refused", role: "alert" }, icon("lock"),
    h("p", { class: "refused-title", dir: "auto" }, "This chat is not open to this site"),
    h("p", { dir: "auto" }, `The chat’s owner has not listed ${location.hostname || "this page"} among the sites that may use it, or has closed it.`));
}

export function waitingWords(seconds) {
  if (seconds > LONG_S) return `This chat has had many questions. You can ask again at ${clock.format(Date.now() + seconds * 1000)}.`;
  return `Many questions at once. You can ask again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
}

/** What is said where nothing was sent, by the kind of refusal. */
export const WORDS = {
  offline: "You are offline. What you write stays here until you are back.",
  busy: "Your last question is still being answered. Send this one when it is done.",
  invalid: "The server did not take this message. Try it in other words.",
  trouble: "That did not reach the server. Try to send it again.",
};

export class Notices {
  #timer = 0;

  constructor() {
    this.element = h("div", { class: "notices", role: "status" });
  }

  say(text, drawing = "alert") {
    clearInterval(this.#timer);
    this.element.replaceChildren(h("div", { class: "notice" }, icon(drawing), h("p", { dir: "auto" }, text)));
  }

  clear() {
    clearInterval(this.#timer);
    this.element.replaceChildren();
  }

  /** Count down; resolves when it is over or something else is said. */
  countDown(seconds, over) {
    const until = Date.now() + seconds * 1000;
    this.say(waitingWords(seconds), "history");
    const words = this.element.querySelector("p");
    // The first sentence is heard; each second after it would be a din.
    words.setAttribute("aria-live", "off");
    this.#timer = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) return void (words.textContent = waitingWords(left));
      this.clear();
      over();
    }, 1000);
  }

  /** Ask before something is left behind. */
  confirm({ text, yes, no, act }) {
    clearInterval(this.#timer);
    const button = (label, kind, done) => h("button", { type: "button", class: ["button", kind], on: { click: () => { this.clear(); done(); } } }, label);
    const first = button(yes, "primary", act);
    this.element.replaceChildren(h("div", { class: "notice" }, h("div", {}, h("p", { dir: "auto" }, text), h("div", { class: "choices" }, first, button(no.label, null, no.act)))));
    first.focus();
  }
}
