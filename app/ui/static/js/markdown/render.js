// Markdown to elements, safe at every prefix of a stream: nodes are built, markup is never read.
import { h } from "../dom.js";
import { parse } from "./blocks.js";
import { inline } from "./inline.js";

const HARD_BREAK = / {2,}\n|\\\n/;

function lines(text, context) {
  return text.split(HARD_BREAK).flatMap((part, index) => [index > 0 ? h("br") : null, ...inline(part, context)]);
}

/** Lines of a quotation that were broken on purpose are quotations of their own. */
function apart(block) {
  if (block.kind !== "paragraph") return [block];
  return block.text.split(HARD_BREAK).map((text) => ({ ...block, text }));
}

const MAKE = {
  paragraph: (block, context) => h("p", { dir: "auto" }, lines(block.text, context)),
  heading: (block, context) => h(`h${block.rank}`, { dir: "auto", class: "md-heading" }, inline(block.text, context)),
  rule: () => h("hr"),
  code: (block) => h("pre", { tabindex: "0", dir: "ltr", "aria-label": block.language ? `Code, ${block.language}` : "Code", role: "region" }, h("code", {}, block.text)),
  quote: (block, context) => h("blockquote", { dir: "auto" }, rank(block.blocks).flatMap(apart).map((inner) => make(inner, context))),
  list: (block, context) => h(block.ordered ? "ol" : "ul", { dir: "auto", start: block.ordered && block.start !== 1 ? block.start : null }, block.items.map((item) => h("li", {}, itemContent(item, context)))),
  table: (block, context) => h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { dir: "auto" },
    h("thead", {}, h("tr", {}, block.head.map((cell, column) => h("th", { scope: "col", "data-align": block.align[column] }, inline(cell, context))))),
    h("tbody", {}, block.rows.map((row) => h("tr", {}, block.head.map((_, column) => h("td", { "data-align": block.align[column] }, inline(row[column] ?? "", context)))))))),
};

/** An item of one paragraph needs no paragraph around it. */
function itemContent(blocks, context) {
  return rank(blocks).map((block, index) => (block.kind === "paragraph" && index === 0 ? lines(block.text, context) : make(block, context)));
}

/**
 * The screen has its own h1 and h2: an answer's headings begin below them, and none skips a level,
 * whatever the model began with.
 */
function rank(blocks) {
  let last = 2;
  for (const block of blocks) {
    if (block.kind === "heading") last = block.rank = Math.min(6, last + 1, Math.max(3, block.level + 1));
  }
  return blocks;
}

function make(block, context) {
  return MAKE[block.kind](block, context);
}

/**
 * Keeps an element in step with a text that grows: blocks that did not change keep their
 * nodes, so a reader's selection and a screen reader's place survive the stream.
 */
export class MarkdownView {
  #sources = [];

  /** `cite(n)` makes the node of citation number n, or null; `leads(url)` allows a link. */
  constructor(element, { cite, leads } = {}) {
    this.element = element;
    this.context = { cite, leads };
  }

  show(text) {
    const blocks = rank(parse(text.split("\n")));
    let same = 0;
    while (same < blocks.length && this.#sources[same] === blocks[same].source && blocks[same].kind === this.#kindAt(same)) same += 1;
    while (this.element.childNodes.length > same) this.element.lastChild.remove();
    for (const block of blocks.slice(same)) {
      const node = make(block, this.context);
      node.dataset.kind = block.kind;
      this.element.append(node);
    }
    this.#sources = blocks.map((block) => block.source);
  }

  /** Build everything anew, because what `cite` makes has changed. */
  refresh(text) {
    this.#sources = [];
    this.show(text);
  }

  #kindAt(index) {
    return this.element.childNodes[index]?.dataset.kind;
  }
}
