// Where an answer comes from: numbers in its text, and the quotes behind them.
import { h } from "../js/dom.js";
import { icon } from "../js/icons.js";

const MOST_QUOTES = 3;
const placeOf = ({ pageNumber }) => (pageNumber ? `Page ${pageNumber}` : null);
const isThin = ({ support }) => support === "weak" || support === "none";

/** A number in the text; before its source is known it is a mark without a use. */
export function chip(number, cited, open) {
  const found = cited.find(({ index }) => index === number);
  if (!found) return h("span", { class: "chip" }, number);
  const label = [`Source ${number}: ${found.documentName}`, placeOf(found)].filter(Boolean).join(", ");
  return h("button", { type: "button", class: ["chip", isThin(found) && "thin"], "aria-label": label, title: label, on: { click: () => open(number) } }, number);
}

/** The sources under an answer, each once: `{element, open(number)}`. */
export function sourceList(cited) {
  const numbers = [...new Set(cited.map(({ index }) => index))].sort((a, b) => a - b);
  const items = new Map(numbers.map((number) => [number, item(number, cited.filter(({ index }) => index === number))]));
  const title = numbers.length === 1 ? "1 source" : `${numbers.length} sources`;
  const element = h("details", { class: "sources" },
    h("summary", {}, icon("document"), h("span", { dir: "auto" }, title), icon("down")),
    h("ol", {}, [...items.values()]));
  return { element, open: (number) => show(element, items, number) };
}

function item(number, quotes) {
  const [first] = quotes;
  return h("li", { tabindex: "-1" },
    h("p", { class: "source-name" }, h("span", { class: ["chip", isThin(first) && "thin"] }, number),
      h("span", { class: "name", dir: "auto" }, first.documentName), placeOf(first) && h("span", { class: "place" }, placeOf(first))),
    quotes.filter(({ quote }) => quote).slice(0, MOST_QUOTES).map(({ quote }) => h("blockquote", { dir: "auto" }, quote)));
}

function show(element, items, number) {
  element.open = true;
  for (const [key, each] of items) each.toggleAttribute("data-current", key === number);
  const chosen = items.get(number);
  chosen?.focus({ preventScroll: true });
  chosen?.scrollIntoView({ block: "nearest" });
}
