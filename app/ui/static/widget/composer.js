// Where the visitor writes, and has an answer stopped.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const MOST = 4000;
const NEAR = 3800;

export class Composer {
  #isLong = false;
  #isAnswering = false;
  #reasons = new Map();

  /** `does.send(text)` is called with what was written, `does.stop()` where no more is wanted, `does.tooLong()` where it is too long to be sent, `does.fits()` once it is not any more. */
  constructor(words, does) {
    Object.assign(this, { words, does });
    const own = words.say("yours");
    this.input = h("textarea", { rows: "1", placeholder: words.say("write"), "aria-label": own, "aria-describedby": "count", dir: "auto", enterkeyhint: "send", on: { keydown: (event) => this.#key(event), input: () => this.#changed() } });
    this.count = h("span", { class: "count", id: "count", hidden: true });
    this.button = h("button", { type: "submit", class: "send", "aria-label": words.say("send"), "aria-disabled": "true" }, icon("send"));
    this.stop = h("button", { type: "button", class: "send stop", hidden: true, on: { click: () => this.#stop() } }, icon("stop"));
    this.element = h("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); this.#submit(); }, click: ({ target }) => target === this.element && this.input.focus() } }, this.count, this.input, this.button, this.stop);
    this.#stoppable("stop");
  }

  /** Why nothing can be sent now; null where it can. */
  get mayNot() {
    return this.#isAnswering ? this.words.say("writing") : ([...this.#reasons.values()][0] ?? null);
  }

  /** Let nothing be sent because of `what`, for this reason, or let it with null; what is written stays. */
  hold(what, reason) {
    if (reason === null) this.#reasons.delete(what);
    else this.#reasons.set(what, reason);
    this.#changed();
  }

  /** An answer is being written, or it is no more. */
  answering(isAnswering) {
    const hadFocus = this.stop.getRootNode().activeElement === this.stop;
    this.#stoppable("stop");
    this.stop.hidden = !isAnswering;
    this.button.hidden = isAnswering;
    this.#isAnswering = isAnswering;
    this.#changed();
    if (hadFocus && !isAnswering) this.input.focus();
  }

  /** The answer goes on: it could not be stopped. */
  unstopped() {
    this.#stoppable("stop");
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
    if (this.#isLong) return this.does.tooLong();
    this.input.value = "";
    this.#changed();
    this.does.send(text);
  }

  #stop() {
    if (this.stop.getAttribute("aria-disabled") === "true") return;
    this.#stoppable("stopping");
    this.does.stop();
  }

  #stoppable(key) {
    this.stop.setAttribute("aria-disabled", String(key !== "stop"));
    this.stop.setAttribute("aria-label", this.words.say(key));
    this.stop.title = this.words.say(key);
  }

  #changed() {
    // As the server counts: an emoji is one.
    const length = [...this.input.value.trim()].length;
    const wasLong = this.#isLong;
    this.#isLong = length > MOST;
    if (wasLong && !this.#isLong) this.does.fits();
    this.button.setAttribute("aria-disabled", String(!length || this.#isLong || this.mayNot !== null));
    this.button.title = this.mayNot ?? this.words.say(this.#isLong ? "long" : "send");
    this.input.setAttribute("aria-invalid", String(this.#isLong));
    this.count.hidden = length < NEAR;
    this.count.textContent = this.words.say(this.#isLong ? "over" : "left", { n: Math.abs(MOST - length) });
    // For browsers that don't know `field-sizing`.
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.setProperty("block-size", "auto");
    this.input.style.setProperty("block-size", `${this.input.scrollHeight}px`);
  }
}
