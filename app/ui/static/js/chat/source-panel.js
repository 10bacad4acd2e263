// What stands behind a citation: the page with its passage marked, of a document or of the web.
import { get } from "../api.js";
import { fill, freshId, h, isSafeUrl } from "../dom.js";
import { downloadDocument } from "../documents/download.js";
import { icon } from "../icons.js";
import { problem } from "../forms.js";
import { ageWords, supportWords } from "../words.js";
import { PageView } from "./page-view.js";
import { keyOf, placeOf } from "./sources.js";

const SCROLLS = 250; // Characters from which on a quote may have to be scrolled, by keys too.
const NARROW = matchMedia("(max-width: 60rem)");

export class SourcePanel {
  #opener = null;
  #turn = 0;

  /** `shell` is told to make room. */
  constructor(shell) {
    this.shell = shell;
    this.titleId = freshId("source");
    this.badge = h("span", { class: "chip", "aria-hidden": "true" });
    this.title = h("h2", { id: this.titleId, class: "one-line grow", dir: "auto", tabindex: "-1" });
    this.download = h("button", { type: "button", class: "button bare tight only", "aria-label": "Download the document", title: "Download the document", on: { click: () => this.#download() } }, icon("download"));
    const close = h("button", { type: "button", class: "button bare tight only", "aria-label": "Close the source", title: "Close (Esc)", on: { click: () => this.close() } }, icon("close"));
    this.step = h("div", { class: "row source-steps" });
    this.body = h("div", { class: "source-body" });
    this.element = h("dialog", { class: "source", "aria-labelledby": this.titleId },
      h("header", { class: "source-head" }, this.badge, this.title, this.step, this.download, close),
      this.body);
    this.element.addEventListener("close", () => this.#closed());
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return this.element.open;
  }

  /** Show `item` (a citation or a source); `answer` gives its neighbours. */
  async show(item, answer) {
    if (!this.isOpen) this.#opener = document.activeElement;
    this.item = item;
    this.answer = answer;
    this.page?.dispose();
    this.page = null;
    this.badge.textContent = item.index;
    this.title.textContent = item.documentName;
    this.download.hidden = Boolean(item.url);
    this.#steps();
    this.#mark();
    if (!this.isOpen) {
      if (NARROW.matches) this.element.showModal();
      else this.element.show();
      this.shell.classList.add("with-source");
    }
    this.title.focus({ preventScroll: true });
    await this.#load(item);
  }

  close() {
    if (this.isOpen) this.element.close();
  }

  /** The next (+1) or previous (-1) citation of the answer. */
  move(by) {
    if (!this.isOpen) return;
    const list = this.#neighbours();
    const at = list.findIndex((other) => keyOf(other) === keyOf(this.item));
    const next = list[at + by];
    if (next) this.show(next, this.answer);
  }

  #neighbours() {
    const cited = this.answer.cited();
    return cited.some((other) => keyOf(other) === keyOf(this.item)) ? cited : this.answer.list();
  }

  #steps() {
    const list = this.#neighbours();
    const at = list.findIndex((other) => keyOf(other) === keyOf(this.item));
    const step = (by, name, label) => h("button", { type: "button", class: "button bare tight only", "aria-label": label, title: `${label} (${by < 0 ? "[" : "]"})`, disabled: !list[at + by], on: { click: () => this.move(by) } }, icon(name));
    fill(this.step, list.length > 1 && [step(-1, "back", "Previous source"), h("span", { class: "tiny muted numbers" }, `${at + 1} of ${list.length}`), step(1, "forward", "Next source")]);
  }

  /** The chips and cards of what is open carry a mark. */
  #mark() {
    for (const old of document.querySelectorAll(".chip[aria-current], .source-card[aria-current]")) old.removeAttribute("aria-current");
    const marked = `.chip[data-key="${keyOf(this.item)}"], .source-card[data-number="${Number(this.item.index)}"]`;
    for (const now of this.answer.element.querySelectorAll(marked)) now.setAttribute("aria-current", "true");
  }

  async #load(item) {
    this.#turn += 1;
    const mine = this.#turn;
    fill(this.body, this.#evidence(item), h("div", { class: "page-frame" }, h("div", { class: ["skeleton", item.url ? "text-skeleton" : "page-skeleton"] })));
    try {
      const source = await get(`/chat/chunks/${encodeURIComponent(item.chunkId ?? item.id)}/source${this.#stretch(item)}`);
      if (mine !== this.#turn) return;
      this.#loaded(item, source);
    } catch (error) {
      if (mine !== this.#turn || error.name === "AbortError") return;
      const gone = error.status === 410;
      const words = gone ? "This document is no longer here. The quote above was kept with the answer." : error.message;
      fill(this.body, this.#evidence(item), this.#webLink(item), problem(words, gone ? null : h("button", { type: "button", class: "button tight", on: { click: () => this.#load(item) } }, icon("reload"), "Try again")));
      this.download.hidden ||= gone;
    }
  }

  /** Which stretch of the passage is quoted, as this answer counts: it may stand elsewhere by now. */
  #stretch({ start, end, quote, url }) {
    if (!quote || url || !Number.isInteger(start) || !Number.isInteger(end)) return "";
    return `?${new URLSearchParams({ start, end, ...(this.answer.id && { messageId: this.answer.id }) })}`;
  }

  #loaded(item, source) {
    const stale = source.stale && h("div", { class: "notice" }, icon("history"), h("p", { class: "small" }, `${ageWords(source)}. This is what the answer was written from.`));
    this.page = new PageView({ item, source });
    fill(this.body, this.#evidence(item), stale, this.#webLink(item), this.page.element);
    this.page.open(source.pageNumber ?? item.pageNumber);
  }

  #evidence(item) {
    const support = supportWords(item.support);
    const text = item.quote ?? item.snippet;
    return h("figure", { class: "evidence" },
      text && h("blockquote", { dir: "auto", tabindex: text.length > SCROLLS ? "0" : null }, text),
      support && h("figcaption", { class: "small" }, h("strong", { class: `support-${item.support}` }, support.label), h("span", { class: "muted" }, ` ${support.detail}`)));
  }

  /** The way to the page itself, which is opened by a person's hand alone. */
  #webLink(item) {
    if (!item.url) return null;
    const kept = h("span", { class: "small muted grow" }, "What the page said when it was read.");
    if (!/^https?:\/\//i.test(item.url) || !isSafeUrl(item.url)) return h("p", { class: "row" }, kept);
    const link = h("a", { class: "button tight", href: item.url, target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer", title: item.url }, icon("outside"), `Open ${placeOf(item)}`, h("span", { class: "unseen" }, ", in a new tab"));
    return h("div", { class: "row wrap web-link" }, kept, link);
  }

  #download() {
    return downloadDocument({ id: this.item.documentId, name: this.item.documentName });
  }

  #key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      this.close();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (event.target.closest("input, textarea, [role=menu]")) return;
      this.page?.turn(event.key === "ArrowRight" ? 1 : -1);
    }
  }

  #closed() {
    this.#turn += 1;
    this.page?.dispose();
    this.page = null;
    this.shell.classList.remove("with-source");
    for (const old of document.querySelectorAll(".chip[aria-current], .source-card[aria-current]")) old.removeAttribute("aria-current");
    this.#opener?.isConnected && this.#opener.focus();
    this.onClose?.();
  }
}
