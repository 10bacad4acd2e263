// Where the visitor writes.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const MOST = 4000;
const NEAR = 3800;

export class Composer {
  /** `send(text)` is called with what was written; `mayNot` says why it can't be now. */
  constructor(send) {
    this.send = send;
    this.mayNot = null;
    this.input = h("textarea", { rows: "1", maxlength: String(MOST), placeholder: "Write a message", "aria-label": "Your message", dir: "auto", enterkeyhint: "send", on: { keydown: (event) => this.#key(event), input: () => this.#changed() } });
    this.count = h("span", { class: "count", hidden: true });
    this.button = h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send", "aria-disabled": "true" }, icon("send"));
    this.element = h("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); this.#submit(); }, click: ({ target }) => target === this.element && this.input.focus() } }, this.input, this.count, this.button);
  }

  /** Let nothing be sent for a reason, or let it with null; what is written stays. */
  hold(reason) {
    this.mayNot = reason;
    this.#changed();
  }

  /** Put back what could not be sent, unless something else has been written. */
  giveBack(text) {
    if (!this.input.value.trim()) this.input.value = text;
    this.#changed();
  }

  #key(event) {
    // A word that is being composed ends with Enter too.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || this.mayNot) return;
    this.input.value = "";
    this.#changed();
    this.send(text);
  }

  #changed() {
    const { length } = this.input.value;
    this.button.setAttribute("aria-disabled", String(!this.input.value.trim() || this.mayNot !== null));
    this.button.title = this.mayNot ?? "Send";
    this.count.hidden = length < NEAR;
    this.count.textContent = `${MOST - length} left`;
    // For browsers that don't know `field-sizing`.
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.setProperty("block-size", "auto");
    this.input.style.setProperty("block-size", `${this.input.scrollHeight}px`);
  }
}
