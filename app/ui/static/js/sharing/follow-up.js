// Where a guest asks on.
import { fill, freshId, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { counted } from "../words.js";

const LIMIT = 8000;

export class FollowUpBox {
  #busy = false;

  /** `left` questions may be asked; `send(text)` asks one. */
  constructor({ left, send }) {
    Object.assign(this, { left, send });
    const id = freshId("follow-up");
    this.input = h("textarea", { id, rows: "1", dir: "auto", maxlength: String(LIMIT), placeholder: "Ask a follow-up…", enterkeyhint: "send", "aria-describedby": `${id}-left`, "data-shortcut": "/" });
    this.count = h("span", { class: "tiny muted numbers grow", id: `${id}-left` });
    this.submit = h("button", { type: "submit", class: "button primary only send", "aria-label": "Ask", title: "Ask (Enter)" }, icon("send"));
    this.trouble = h("div");
    this.form = h("form", { class: "composer", "aria-label": "Ask a follow-up", novalidate: true }, h("label", { class: "unseen", for: id }, "Your question"), this.input, h("div", { class: "row" }, this.count, this.submit));
    this.element = h("div", { class: "follow-up" }, this.trouble, this.form);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#act(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#act();
    });
    this.input.addEventListener("input", () => this.#show());
    this.#show();
  }

  set busy(value) {
    this.#busy = value;
    this.#show();
  }

  set remaining(left) {
    this.left = left;
    this.#show();
  }

  /** The question was not taken: it stands here again, with the reason above. */
  giveBack(text, words) {
    if (!this.input.value) this.input.value = text;
    fill(this.trouble, problem(words));
    this.#show();
    this.input.focus();
  }

  #act() {
    const text = this.input.value.trim();
    if (this.#busy || !text || !this.left) return;
    this.input.value = "";
    fill(this.trouble);
    this.send(text);
  }

  #show() {
    const spent = this.left <= 0;
    this.count.textContent = spent ? "The questions of this link are used up. It can still be read." : `${counted(this.left, "question")} left for all who have this link`;
    this.input.disabled = spent;
    this.submit.disabled = spent || this.#busy || !this.input.value.trim();
  }
}
