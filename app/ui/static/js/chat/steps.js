// The steps of an answer: they unfold as they happen, and fold into one line when the text begins.
import { announce, toast } from "../announce.js";
import { fill, freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { isWorthUnfolding, summaryOf, wordsOf } from "./step-words.js";

// A research takes dozens of steps; a screen reader is told of a few.
const QUIET_MS = 6000;

export class Steps {
  #steps = [];
  #touched = false;
  #over = false;
  #read = null;
  #told = { stage: null, at: -QUIET_MS };

  constructor() {
    this.live = false;
    const id = freshId("steps");
    this.summary = h("span", { class: "steps-summary" });
    this.toggle = h("button", { type: "button", class: "steps-head", "aria-expanded": "false", "aria-controls": id, on: { click: () => this.#turn() } }, icon("down"), this.summary);
    this.list = h("ol", { class: "steps-list" });
    this.frame = h("div", { class: "steps-frame", id, tabindex: "0", role: "region", "aria-label": "Steps of this answer", hidden: true }, this.list);
    // What one line tells has nothing to unfold, and is no button.
    this.line = h("p", { class: "steps-line", dir: "auto", hidden: true });
    this.element = h("div", { class: "steps", hidden: true }, this.toggle, this.line, this.frame);
  }

  get isUnfolded() {
    return this.toggle.getAttribute("aria-expanded") === "true";
  }

  /** Whether the steps are on the page, so that nothing else needs to say what goes on. */
  get isShown() {
    return !this.element.hidden;
  }

  /** The answer begins; with `unfolded`, its steps are shown as they come, else once they are past. */
  begin(unfolded) {
    this.live = unfolded;
  }

  /** An answer that was stored: its steps are read by `read(take)` once somebody wants to see them. */
  offer(read) {
    this.#read = read;
    this.summary.textContent = "How this was researched";
    this.element.hidden = false;
  }

  async #turn() {
    this.#touched = true;
    if (this.#read && !(await this.#readPast())) return;
    this.#unfold(!this.isUnfolded);
  }

  /** Whether they could be read; asked again at the next click where they could not. */
  async #readPast() {
    if (this.toggle.getAttribute("aria-busy") === "true") return false;
    this.toggle.setAttribute("aria-busy", "true");
    try {
      const past = [];
      await this.#read((step) => past.push(step));
      this.#read = null;
      this.#over = true;
      for (const step of past) this.take(step);
      this.fold();
      return true;
    } catch (error) {
      toast(error.message);
      return false;
    } finally {
      this.toggle.removeAttribute("aria-busy");
    }
  }

  /** One more step; the same one twice in a row is one. */
  take({ stage, detail = null }) {
    const last = this.#steps.at(-1);
    if (stage === "writing" && !detail) return this.#settle();
    if (last?.stage === stage && last.detail === detail) return;
    // A stage that does not say what it does only stands in for those that do.
    if (last?.stage === stage && !last.detail) this.#drop();
    const step = { stage, detail, isFirst: !this.#steps.some((other) => other.stage === "searching") };
    this.#steps.push(step);
    this.#settle();
    this.list.append(this.#line(step));
    this.#show();
    this.#tell(step);
  }

  /** Nothing more comes before the text: fold, unless the reader chose otherwise. */
  fold() {
    if (this.#read) return;
    this.live = false;
    this.#over = true;
    this.#settle();
    this.#show();
    this.frame.scrollTop = 0;
    if (!this.#touched) this.#unfold(false);
  }

  #drop() {
    this.#steps.pop();
    this.list.lastChild?.remove();
  }

  #show() {
    const worthKeeping = this.#over && this.#steps.some(({ detail }) => detail);
    this.element.hidden = !this.live && !worthKeeping;
    this.summary.textContent = summaryOf(this.#steps, this.live);
    this.line.hidden = this.live || isWorthUnfolding(this.#steps);
    this.line.textContent = this.summary.textContent;
    this.toggle.hidden = !this.line.hidden;
    if (this.live && !this.#touched) this.#unfold(true);
    this.frame.scrollTop = this.frame.scrollHeight;
  }

  #unfold(open) {
    this.toggle.setAttribute("aria-expanded", String(open));
    this.frame.hidden = !open;
  }

  #line(step) {
    const words = wordsOf(step, step.isFirst);
    return h("li", { class: "step", "data-now": "" }, icon(words.icon), h("div", { class: "grow" },
      h("span", { dir: "auto", "data-past": words.past }, words.now),
      words.parts?.length > 0 && h("ul", { class: "step-parts" }, words.parts.map((part) => h("li", { dir: "auto" }, part)))));
  }

  /** The last line is no longer what goes on now. */
  #settle() {
    const line = this.list.lastChild;
    if (!line?.hasAttribute("data-now")) return;
    line.removeAttribute("data-now");
    const words = line.querySelector("[data-past]");
    words.textContent = words.dataset.past;
  }

  #tell({ stage, detail, isFirst }) {
    const now = performance.now();
    if (!this.live || stage === this.#told.stage || now - this.#told.at < QUIET_MS) return;
    this.#told = { stage, at: now };
    announce(wordsOf({ stage, detail }, isFirst).now);
  }
}
