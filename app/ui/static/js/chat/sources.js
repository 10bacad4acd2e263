// Citation numbers in the text, and the cards of the sources under it.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { ageWords, counted, hostOf, supportWords } from "../words.js";

const SHOWN = 3;

export function placeOf(item) {
  if (item.url) return hostOf(item.url);
  const page = pageOf(item);
  return page ? `Page ${page}` : "Text";
}

/** The page on which it stands now, where its document has changed since the answer. */
export function pageOf(item) {
  return (item.now ?? item).pageNumber;
}

/** Tells one piece of evidence from another of the same source. */
export function keyOf(item) {
  return item.quote ? `${item.index}-${item.start}` : `${item.index}`;
}

function wordsOf(text) {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** The quote that shares most words with the last sentence of `before`; the first among equals. */
export function nearest(quotes, before) {
  if (quotes.length < 2) return quotes[0];
  const claim = wordsOf(before.trim().split(/[.!?]["')\]]*\s+/).at(-1));
  const shared = (quote) => {
    const words = wordsOf(quote.quote ?? "");
    return [...words].filter((word) => claim.has(word)).length / Math.max(1, words.size);
  };
  return quotes.reduce((best, quote) => (shared(quote) > shared(best) ? quote : best));
}

/** The number of a citation; where its evidence is thin or gone, its shape says so too. */
export function citationChip(item, open) {
  const support = supportWords(item.support);
  const thin = item.support === "weak" || item.support === "none";
  const age = ageWords(item);
  const label = `Source ${item.index}: ${item.documentName}, ${placeOf(item)}${support ? `. ${support.label}` : ""}${age ? `. ${age}` : ""}`;
  return h("button", { type: "button", class: ["chip", thin && "thin", age && "old"], "data-key": keyOf(item), "aria-label": label, title: label, on: { click: open } }, item.index);
}

function card(item, answer, used) {
  return h("li", {}, h("button", { type: "button", class: ["source-card", used && "used"], "data-number": item.index, on: { click: () => answer.openSource(item, answer) } },
    h("span", { class: "row" }, h("span", { class: "chip", "aria-hidden": "true" }, item.index), icon(item.url ? "web" : "document"), h("span", { class: "one-line grow name", dir: "auto" }, item.documentName)),
    h("span", { class: "snippet", dir: "auto" }, item.quote ?? item.snippet),
    h("span", { class: "tiny muted numbers" }, placeOf(item), item.support && ` · ${supportWords(item.support)?.label}`),
    item.stale && h("span", { class: "tiny muted row aged" }, icon("history"), ageWords(item))));
}

/** The first evidence of each number, in the order of the text. */
function byNumber(cited) {
  return cited.filter((item, at) => cited.findIndex((other) => other.index === item.index) === at);
}

/** The sources of an answer: those it uses first, the rest behind a button. */
export function sourceCards(answer) {
  const all = answer.list();
  if (!all.length) return null;
  const used = answer.live ? [] : byNumber(answer.cited());
  const rest = all.filter((item) => !used.some((other) => other.index === item.index));
  const first = used.length ? used : rest.slice(0, SHOWN);
  const later = used.length ? rest : rest.slice(SHOWN);
  const grid = h("ul", { class: "source-grid" }, first.map((item) => card(item, answer, used.length > 0)));
  const more = later.length > 0 && !answer.live && h("button", { type: "button", class: "button bare tight", "aria-expanded": "false" }, `${counted(later.length, "more passage")} ${later.length === 1 ? "was" : "were"} read`, icon("down"));
  more && more.addEventListener("click", () => {
    grid.append(...later.map((item) => card(item, answer, false)));
    more.remove();
    grid.children[first.length].firstChild.focus();
  });
  return [h("h3", { class: "sources-title" }, used.length ? "Sources" : "Passages found"), grid, more];
}
