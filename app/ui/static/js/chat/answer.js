// An answer on the page: its status line, its text, its sources, what can be done with it.
import { announce, toast } from "../announce.js";
import { put } from "../api.js";
import { copyText } from "../clipboard.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { MarkdownView } from "../markdown/render.js";
import { ageWords, counted } from "../words.js";
import { failureNotice } from "./failure.js";
import { readPastSteps } from "./past-steps.js";
import { citationChip, keyOf, nearest, pageOf, sourceCards } from "./sources.js";
import { lineOf } from "./step-words.js";
import { Steps } from "./steps.js";

const WRITING = "Writing…";
const WHY = "Why these passages";

export class Answer {
  #frame = 0;
  #behind = new WeakMap(); // What stands behind each chip.

  /** `openSource(list, position, answer)` shows what stands behind a citation; `again()` asks once more; `why(id)` tells whoever may know why these passages. */
  constructor({ openSource, again, modelName = (id) => id, why = null }) {
    Object.assign(this, { openSource, again, modelName, why, id: null, mode: null, text: "", sources: [], citations: [], live: false, feedback: null, model: null });
    this.steps = new Steps();
    this.status = h("p", { class: "answer-status", hidden: true });
    this.body = h("div", { class: "answer-body", dir: "auto" });
    this.cards = h("div", { class: "answer-sources" });
    this.foot = h("div", { class: "answer-foot" });
    this.element = h("article", { class: "answer", "aria-label": "Answer" }, this.steps.element, this.status, this.body, this.foot, this.cards);
    this.view = new MarkdownView(this.body, { cite: (number, before) => this.#chip(number, before), leads: (url) => this.#isFound(url.host) });
  }

  /** A message as the conversation stores it. */
  restore(message) {
    Object.assign(this, { id: message.id, text: message.content ?? "", citations: message.citations ?? [], sources: message.sources ?? [], feedback: message.feedback, model: message.model });
    this.view.show(this.text);
    this.#cards();
    if (message.mode === "deep") this.steps.offer((take) => readPastSteps(message.id, take));
    const { error, finishReason } = message;
    if (message.status === "failed") this.fail({ message: error?.code, detail: error?.detail, retryable: error?.retryable });
    else this.#close({ stopped: message.status === "stopped" || finishReason === "stopped", cut: finishReason === "length" });
    return this;
  }

  begin() {
    this.live = true;
    this.body.dataset.live = "";
    this.element.setAttribute("aria-busy", "true");
    // A research takes minutes and is watched; a single search is over at once.
    this.steps.begin(this.mode === "deep");
    this.say("Asking…");
    return this;
  }

  say(text, kind = "work") {
    this.status.hidden = !text;
    this.status.dataset.kind = kind;
    this.status.textContent = text ?? "";
  }

  take(kind, data) {
    if (kind === "meta") Object.assign(this, { id: data.messageId, model: data.model });
    else if (kind === "status") this.#step(data);
    else if (kind === "sources") this.#found(data.chunks);
    else if (kind === "text") this.#write(data.delta);
    else if (kind === "done") this.#finish(data);
    else if (kind === "error") this.fail(data);
  }

  /** Whether it looks further than the documents. */
  get #isBeyond() {
    return this.mode === "web" || this.mode === "deep";
  }

  /** Whether documents were looked at: beside the web, that shows by what was found alone. */
  get #searchedDocuments() {
    return !this.#isBeyond || this.sources.some(({ url }) => !url);
  }

  #step(data) {
    this.steps.take(data);
    // One line says what goes on, unless the steps do; writing is no step.
    const line = data.stage === "writing" ? (data.detail ?? WRITING) : lineOf(data);
    this.say(this.steps.isShown && (data.detail || data.stage !== "writing") ? null : line);
    this.onGrow?.();
  }

  state(state) {
    if (!this.live) return;
    if (state === "reconnecting") this.say("Reconnecting… nothing is lost, the answer goes on.", "lost");
    else if (state === "live" && this.status.dataset.kind === "lost") this.say(this.text ? WRITING : this.steps.isShown ? null : "Going on…");
  }

  refused(error) {
    // What is gone or not one's own is no more there a second time.
    this.fail({ message: error.code, detail: error.message, retryable: error.status !== 403 && error.status !== 404, words: error.message });
  }

  #found(sources) {
    this.sources = sources;
    this.#cards();
  }

  #write(delta) {
    if (!this.text) {
      this.steps.fold();
      this.say(WRITING);
    }
    this.text += delta;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.view.show(this.text);
      this.onGrow?.();
    });
  }

  #settle() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.live = false;
    this.steps.fold();
    delete this.body.dataset.live;
    this.element.removeAttribute("aria-busy");
    this.say(null);
    this.view.refresh(this.text);
    this.#cards();
  }

  #finish(data) {
    this.citations = data.citations ?? [];
    this.id = data.messageId ?? this.id;
    this.#settle();
    this.#close({ stopped: data.finishReason === "stopped", cut: data.finishReason === "length" });
    // The reader stays where they read: the sources come below, out of sight.
    announce(data.finishReason === "stopped" ? "Stopped." : `Answer finished, with ${counted(new Set(this.citations.map((c) => c.index)).size, "source")}.`);
  }

  fail({ message, detail, words, retryable }) {
    this.#settle();
    fill(this.foot, failureNotice({ code: message, detail, words, isPartial: Boolean(this.text), again: retryable !== false && (() => this.again()) }));
    this.onGrow?.();
  }

  /**
   * What a citation number leads to: the evidence for the sentence `before` it, since one source
   * may carry several sentences by several quotes; while the text grows, the source.
   */
  evidence(number, before = "") {
    const quotes = this.citations.filter((citation) => citation.index === number);
    return nearest(quotes, before) ?? this.sources.find((source) => source.index === number) ?? null;
  }

  /** All evidence of this answer in the order of its numbers. */
  list() {
    const numbers = new Set([...this.citations, ...this.sources].map((item) => item.index));
    return [...numbers].sort((a, b) => a - b).map((number) => this.evidence(number));
  }

  /** Whether a search came by this host: no other can be reached by a click on what a model wrote. */
  #isFound(host) {
    return this.sources.some(({ url }) => URL.canParse(url ?? "") && new URL(url).host === host);
  }

  /** The cited evidence in the order in which the text uses it. */
  cited() {
    const evidence = new Map();
    for (const chip of this.body.querySelectorAll(".chip")) {
      const item = this.#behind.get(chip);
      if (item && !evidence.has(keyOf(item))) evidence.set(keyOf(item), item);
    }
    return [...evidence.values()];
  }

  /** The cited evidence, once for each number. */
  #firsts() {
    const numbers = new Map(this.cited().toReversed().map((item) => [item.index, item]));
    return [...numbers.values()].sort((a, b) => a.index - b.index);
  }

  #chip(number, before) {
    const item = this.evidence(number, before);
    if (!item) return null;
    const chip = citationChip(item, () => this.openSource(item, this));
    this.#behind.set(chip, item);
    return chip;
  }

  #cards() {
    fill(this.cards, sourceCards(this));
  }

  #close({ stopped = false, cut = false } = {}) {
    const note = stopped ? "You stopped this answer." : cut && "The answer reached its longest length and ends here.";
    const nothing = !this.citations.length && !this.sources.length && !stopped;
    fill(this.foot,
      note && h("p", { class: "small muted" }, note),
      nothing && h("div", { class: "nothing" }, icon("search"), h("p", {}, this.#isBeyond
        ? "No page stands behind this answer. Ask in other words, or look at which sites this project may search."
        : "No passage stands behind this answer. Try the words that the documents would use, or add the document that knows.")),
      h("div", { class: "answer-actions row", role: "group", "aria-label": "This answer" },
        this.#action("copy", "Copy", () => this.#copy()),
        this.#action("reload", "Ask again", () => this.again()),
        ...this.#thumbs(),
        this.why && this.#searchedDocuments && h("button", { type: "button", class: "button bare tight why-button", "aria-label": WHY, title: WHY, on: { click: () => this.why(this.id) } }, icon("why"), h("span", { class: "only-wide" }, WHY)),
        this.model && h("span", { class: "tiny muted one-line model", title: this.model }, this.modelName(this.model))));
  }

  #action(name, label, act, rest = {}) {
    return h("button", { type: "button", class: "button bare tight only", "aria-label": label, title: label, on: { click: act }, ...rest }, icon(name));
  }

  #thumbs() {
    const rate = async (rating) => {
      try {
        await put(`/chat/messages/${this.id}/feedback`, { rating });
        this.feedback = rating;
        for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.rating === rating));
        toast(rating === "up" ? "Thank you. Noted as a good answer." : "Thank you. Noted as a poor answer.");
      } catch (error) {
        toast(error.message);
      }
    };
    const buttons = [["up", "thumbUp", "Good answer"], ["down", "thumbDown", "Poor answer"]].map(([rating, name, label]) =>
      this.#action(name, label, () => rate(rating), { "data-rating": rating, "aria-pressed": String(this.feedback === rating) }));
    return buttons;
  }

  async #copy() {
    const lines = this.#firsts().map((item) => `[${item.index}] ${item.documentName}${pageOf(item) ? `, page ${pageOf(item)}` : ""}${item.url ? ` ${item.url}` : ""}${item.stale ? ` (${ageWords(item)})` : ""}`);
    const done = await copyText([this.text, ...(lines.length ? ["", ...lines] : [])].join("\n"));
    toast(done ? "Copied, with its sources." : "Copying is not allowed here. Select the text and copy it.");
  }
}
