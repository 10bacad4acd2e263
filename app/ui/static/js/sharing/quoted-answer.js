// An answer for people without an account: its quotes open in place, and nothing leads further.
import { announce } from "../announce.js";
import { citationChip, nearest, placeOf } from "../chat/sources.js";
import { fill, freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { MarkdownView } from "../markdown/render.js";
import { ageWords, counted, hostOf, supportWords } from "../words.js";

const WORK = { rewriting: "Reading the question…", searching: "Searching the documents…", reading: "Reading…", writing: "Writing…" };

function wayOut(url) {
  return h("a", { class: "button bare tight", href: url, target: "_blank", rel: "noopener noreferrer" }, icon("outside"), `Open ${hostOf(url)}`);
}

/** A quote with the place that it stands at. */
function quoted(item, id, close) {
  const support = supportWords(item.support);
  return h("figure", { class: "quote-open", id, tabindex: "-1", "aria-label": `Quote ${item.index}` },
    h("figcaption", { class: "row" }, h("span", { class: "chip", "aria-hidden": "true" }, item.index), icon(item.url ? "web" : "document"),
      h("span", { class: "grow one-line", dir: "auto" }, item.documentName), h("span", { class: "tiny muted numbers" }, placeOf(item)),
      h("button", { type: "button", class: "button bare tight only", "aria-label": "Close the quote", title: "Close the quote", on: { click: close } }, icon("close"))),
    item.quote ? h("blockquote", { dir: "auto" }, item.quote) : h("p", { class: "small muted" }, "The quote comes when the answer is finished."),
    item.stale && h("p", { class: "small muted row" }, icon("history"), `${ageWords(item)}.`),
    (support || item.url) && h("p", { class: "row wrap" }, support && h("span", { class: "small muted" }, `${support.label}. ${support.detail}`), item.url && wayOut(item.url)));
}

export class QuotedAnswer {
  #frame = 0;
  #open = null;

  constructor() {
    Object.assign(this, { text: "", citations: [], sources: [], id: null });
    this.status = h("p", { class: "answer-status", hidden: true });
    this.body = h("div", { class: "answer-body", dir: "auto" });
    this.foot = h("div", { class: "answer-foot" });
    this.element = h("article", { class: "answer", "aria-label": "Answer" }, this.status, this.body, this.foot);
    this.view = new MarkdownView(this.body, { cite: (number, before) => this.#chip(number, before), leads: () => false });
    this.element.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#close(); });
  }

  restore(message) {
    Object.assign(this, { id: message.id, text: message.content, citations: message.citations });
    this.view.show(this.text);
    this.#end(message.status === "failed" && "This answer was not finished.", message.status === "stopped" && "This answer was stopped.");
    return this;
  }

  begin() {
    this.element.setAttribute("aria-busy", "true");
    this.body.dataset.live = "";
    this.say("Asking…");
    return this;
  }

  say(words, kind = "work") {
    this.status.hidden = !words;
    this.status.dataset.kind = kind;
    this.status.textContent = words ?? "";
  }

  take(kind, data) {
    if (kind === "meta") this.id = data.messageId;
    else if (kind === "status") this.say(WORK[data.stage]);
    else if (kind === "sources") this.sources = data.chunks;
    else if (kind === "text") this.#write(data.delta);
    else if (kind === "done") this.#finish(data);
    else if (kind === "error") this.fail(data.detail);
  }

  state(state) {
    if (state === "reconnecting") this.say("Reconnecting… nothing is lost, the answer goes on.", "lost");
    else if (state === "live" && this.status.dataset.kind === "lost") this.say(WORK.writing);
  }

  fail(words) {
    this.#settle();
    this.#end(words);
  }

  #write(delta) {
    this.text += delta;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.view.show(this.text);
    });
  }

  #finish(data) {
    this.citations = data.citations;
    this.#settle();
    this.#end();
    announce(`Answer finished, with ${counted(new Set(this.citations.map(({ index }) => index)).size, "source")}.`);
  }

  #settle() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    delete this.body.dataset.live;
    this.element.removeAttribute("aria-busy");
    this.say(null);
    this.#close();
    this.view.refresh(this.text);
  }

  /** What the answer leans on, by name, and what went wrong with it. */
  #end(wrong = null, note = null) {
    const named = new Map(this.citations.map((item) => [item.index, item]));
    fill(this.foot,
      wrong && h("div", { class: "notice bad", role: "alert" }, icon("alert"), h("p", {}, wrong)),
      note && h("p", { class: "small muted" }, note),
      named.size > 0 && h("ul", { class: "quote-names" }, [...named.values()].sort((a, b) => a.index - b.index).map((item) =>
        h("li", {}, h("span", { class: "chip", "aria-hidden": "true" }, item.index), h("span", { class: "one-line", dir: "auto" }, item.documentName), h("span", { class: "tiny muted numbers" }, placeOf(item))))));
  }

  #chip(number, before) {
    const item = nearest(this.citations.filter(({ index }) => index === number), before) ?? this.sources.find(({ index }) => index === number);
    if (!item) return null;
    const chip = citationChip(item, () => (this.#open?.chip === chip ? this.#close() : this.#show(item, chip)));
    chip.setAttribute("aria-expanded", "false");
    return chip;
  }

  #show(item, chip) {
    this.#close();
    const id = freshId("quote");
    const figure = quoted(item, id, () => this.#close());
    // Behind the paragraph, list or table that the number stands in.
    let block = chip;
    while (block.parentElement !== this.body) block = block.parentElement;
    block.after(figure);
    chip.setAttribute("aria-expanded", "true");
    chip.setAttribute("aria-controls", id);
    chip.setAttribute("aria-current", "true");
    this.#open = { chip, figure };
    figure.focus({ preventScroll: true });
    figure.scrollIntoView({ block: "nearest" });
  }

  #close() {
    if (!this.#open) return;
    const { chip, figure } = this.#open;
    this.#open = null;
    const inside = figure.contains(document.activeElement);
    figure.remove();
    chip.setAttribute("aria-expanded", "false");
    for (const name of ["aria-controls", "aria-current"]) chip.removeAttribute(name);
    if (inside) chip.focus();
  }
}

/** All of a shared conversation as elements; `onLive(answer, message)` hears of one that is still written. */
export function threadOf(messages, onLive = () => {}) {
  const firstGuest = messages.findIndex(({ isFollowUp }) => isFollowUp);
  return messages.flatMap((message, at) => {
    const divider = at === firstGuest ? [h("p", { class: "asked-since small muted" }, "Asked by guests since")] : [];
    if (message.role === "user") return [...divider, h("h2", { class: "question", dir: "auto" }, message.content)];
    const answer = new QuotedAnswer();
    if (message.status === "streaming") onLive(answer, message);
    else answer.restore(message);
    return [...divider, answer.element];
  });
}
