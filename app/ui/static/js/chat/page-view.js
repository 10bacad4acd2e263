// One page of a document: its picture with the passage veiled in amber, or its text with the quote marked.
import { get, request } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";

/** Where `quote` stands in `text`, white space aside; null where it does not. */
export function findQuote(text, quote) {
  const exact = text.indexOf(quote);
  if (exact >= 0) return { start: exact, end: exact + quote.length };
  const words = quote.trim().split(/\s+/).slice(0, 400);
  if (!words[0]) return null;
  const found = new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+")).exec(text);
  return found && { start: found.index, end: found.index + found[0].length };
}

/** A text with one stretch of it marked. */
export function markedText(text, span) {
  if (!span) return [text];
  return [text.slice(0, span.start), h("mark", { tabindex: "-1" }, text.slice(span.start, span.end)), text.slice(span.end)];
}

export class PageView {
  #left = new AbortController();
  #url = null;
  #found = false;

  constructor({ item, source }) {
    Object.assign(this, { item, source, number: null, count: null, asText: false, large: false });
    this.bar = h("div", { class: "page-bar row" });
    this.frame = h("div", { class: "page-frame" });
    this.element = h("section", { class: "page-view", "aria-label": "The page" }, this.bar, this.frame);
  }

  dispose() {
    this.#left.abort();
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  async open(number) {
    // Another version's pages would show the mark in the wrong place.
    if (!number || this.source.stale) return this.#context();
    this.#left.abort();
    this.#left = new AbortController();
    const { signal } = this.#left;
    const { documentId } = this.source;
    const asked = setTimeout(() => fill(this.frame, h("div", { class: "skeleton page-skeleton" })), 150);
    try {
      this.page = await get(`/documents/${documentId}/pages/${number}?${this.#passage()}`, { signal });
      Object.assign(this, { number, count: this.page.pageCount });
      const away = this.#away();
      if (away) return this.open(number + away);
      this.#found = true;
      this.#bar();
      await this.#show(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#context(error.status === 404 || error.status === 410 ? null : error);
    } finally {
      clearTimeout(asked);
    }
  }

  /** What to mark: the quote itself where its place is known, else the passage around it. */
  #passage() {
    const { start, end } = this.source;
    if (this.item.quote && Number.isInteger(start) && Number.isInteger(end)) return new URLSearchParams({ start, end });
    return new URLSearchParams({ chunk: this.item.chunkId ?? this.item.id });
  }

  /**
   * A passage may begin on an earlier page than the quote in it: whether the quote stands further
   * on (1) or further back (-1). Asked until the quote's page was found, not when pages are turned.
   */
  #away() {
    const { start } = this.source;
    if (this.#found || !this.item.quote || !Number.isInteger(start) || !this.page.text) return 0;
    if (start >= this.page.start + this.page.text.length && this.number < this.count) return 1;
    return start < this.page.start && this.number > 1 ? -1 : 0;
  }

  turn(by) {
    const next = this.number + by;
    if (this.number && next >= 1 && next <= this.count) this.open(next);
  }

  /** Without pages: the passage with its surroundings. */
  #context(error = null) {
    const text = this.source.context ?? this.source.snippet ?? "";
    const span = findQuote(text, this.item.quote ?? "") ?? findQuote(text, this.source.snippet ?? "");
    fill(this.frame, error && problem(error.message), h("div", { class: "page-text", dir: "auto", tabindex: "0", role: "region", "aria-label": "Text around the passage" }, markedText(text, span)));
    this.frame.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  #bar() {
    const button = (label, name, act, rest = {}) => h("button", { type: "button", class: "button bare tight only", "aria-label": label, title: label, on: { click: act }, ...rest }, icon(name));
    const pressed = (label, name, on, act) => h("button", { type: "button", class: "button bare tight", "aria-pressed": String(on), on: { click: act } }, icon(name), label);
    const paged = this.page.paged !== false;
    fill(this.bar,
      paged && [
        button("Previous page", "back", () => this.turn(-1), { disabled: this.number <= 1 }),
        h("span", { class: "small numbers page-name" }, h("bdi", {}, this.#name()), h("span", { class: "muted" }, this.#position())),
        button("Next page", "forward", () => this.turn(1), { disabled: this.number >= this.count }),
        h("span", { class: "grow" }),
      ],
      this.page.image && [
        !this.asText && pressed("Larger", "search", this.large, () => { this.large = !this.large; this.#bar(); this.#size(); }),
        pressed("Text", "page", this.asText, () => { this.asText = !this.asText; this.#bar(); this.#show(this.#left.signal); }),
      ]);
    this.bar.hidden = !this.bar.childElementCount;
  }

  /** What people call the page: `Page 3`, `Slide 3`, `Sheet Sales`, a chapter's title. */
  #name() {
    return this.page.pageName ?? `Page ${this.number}`;
  }

  /** Where it stands among the others; its own number only where its name has another. */
  #position() {
    if (!this.count) return "";
    return this.#name().endsWith(` ${this.number}`) ? ` of ${this.count}` : ` · ${this.number} of ${this.count}`;
  }

  #size() {
    this.frame.classList.toggle("large", this.large);
    this.frame.querySelector(".passage-box")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  async #show(signal) {
    if (!this.page.image || this.asText) return this.#text();
    try {
      await this.#picture(signal);
    } catch (error) {
      if (!signal.aborted) this.#text();
    }
  }

  #text() {
    const { text, mark } = this.page;
    const span = mark ?? (this.#isPassagePage() ? findQuote(text, this.item.quote ?? "") : null);
    fill(this.frame, h("div", { class: "page-text", dir: "auto", tabindex: "0", role: "region", "aria-label": `Text of ${this.#name()}` }, markedText(text, span)));
    this.frame.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  #isPassagePage() {
    return this.number === (this.source.pageNumber ?? this.item.pageNumber);
  }

  async #picture(signal) {
    const response = await request(this.page.image.startsWith("/") ? this.page.image : `/documents/${this.source.documentId}/pages/${this.number}`, { headers: { Accept: "image/png" }, signal });
    const blob = await response.blob();
    if (signal.aborted) return;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(blob);
    const rects = this.page.rects ?? (this.#isPassagePage() ? (this.source.rects ?? []) : []);
    const boxes = rects.map(({ left, top, width, height }) => h("span", { class: "passage-box", css: { "--left": `${left * 100}%`, "--top": `${top * 100}%`, "--width": `${width * 100}%`, "--height": `${height * 100}%` } }));
    const alt = `${this.#name()} of ${this.item.documentName}${boxes.length ? ", the passage marked" : ""}`;
    const image = h("img", { src: this.#url, alt, class: "page-image" });
    await image.decode();
    if (signal.aborted) return;
    fill(this.frame, h("div", { class: "page-sheet" }, image, boxes.length > 0 && h("div", { class: "passage-layer" }, boxes)));
    this.#size();
  }
}
