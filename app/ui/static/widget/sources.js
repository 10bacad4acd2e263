// Where an answer comes from: numbers in its text, and the quotes behind them.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const MOST_QUOTES = 3;
const placeOf = ({ pageNumber }, words) => (pageNumber ? words.say("page", { n: pageNumber }) : null);
const isThin = ({ support }) => support === "weak" || support === "none";

/** A number in the text; before its source is known it is a mark without a use. */
export function chip(number, cited, words, open) {
  const found = cited.find(({ index }) => index === number);
  if (!found) return h("span", { class: "chip" }, number);
  const label = [words.say("source", { n: number, name: found.documentName }), placeOf(found, words)].filter(Boolean).join(", ");
  return h("button", { type: "button", class: ["chip", isThin(found) && "thin"], "aria-label": label, title: label, on: { click: () => open(number) } }, number);
}

/** The sources under an answer, each once: `{element, open(number)}`. */
export function sourceList(cited, words) {
  const numbers = [...new Set(cited.map(({ index }) => index))].sort((a, b) => a - b);
  const items = new Map(numbers.map((number) => [number, item(number, cited.filter(({ index }) => index === number), words)]));
  const element = h("details", { class: "sources" },
    h("summary", {}, icon("document"), h("span", { dir: "auto" }, words.say("sources", { n: numbers.length })), icon("down")),
    h("ol", {}, [...items.values()]));
  return { element, open: (number) => show(element, items, number) };
}

function item(number, quotes, words) {
  const [first] = quotes;
  const place = placeOf(first, words);
  return h("li", { tabindex: "-1" },
    h("p", { class: "source-name" }, h("span", { class: ["chip", isThin(first) && "thin"] }, number),
      h("span", { class: "name", dir: "auto" }, first.documentName), place && h("span", { class: "place" }, place)),
    quotes.filter(({ quote }) => quote).slice(0, MOST_QUOTES).map(({ quote }) => h("blockquote", { dir: "auto" }, quote)));
}

function show(element, items, number) {
  element.open = true;
  for (const [key, each] of items) each.toggleAttribute("data-current", key === number);
  const chosen = items.get(number);
  chosen?.focus({ preventScroll: true });
  chosen?.scrollIntoView({ block: "nearest" });
}
