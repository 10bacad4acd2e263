// Inline markdown to nodes: emphasis, code, links, citations. Everything else stays text.
import { h, isSafeUrl } from "../dom.js";

const DEPTH = 8;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const CITATION = /\[(\d{1,3})\](?!\()/y;
const AUTOLINK = /<(https?:\/\/[^\s<>]+)>/y;
const BARE = /https?:\/\/[^\s<>"'`\])]+/y;
const EMPHASIS = [["***", ["strong", "em"]], ["**", ["strong"]], ["__", ["strong"]], ["~~", ["s"]], ["*", ["em"]], ["_", ["em"]]];

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A link whose host is always in sight; where it must not lead, its address in plain text; null for what is no address of the web. */
function link(label, address, context) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || !isSafeUrl(url.href)) return null;
  if (!context.leads(url)) return [label, label === address ? null : h("span", { class: "host" }, ` (${address})`)].flat().filter(Boolean);
  const anchor = h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer" }, label);
  return [anchor, h("span", { class: "host" }, ` (${url.host})`)];
}

function codeSpan(text, at) {
  let ticks = at;
  while (text[ticks] === "`") ticks += 1;
  const fence = text.slice(at, ticks);
  let close = text.indexOf(fence, ticks);
  while (close >= 0 && (text[close + fence.length] === "`" || text[close - 1] === "`")) {
    let next = close + 1;
    while (text[next] === "`") next += 1;
    close = text.indexOf(fence, next);
  }
  if (close < 0) return { nodes: [fence], end: ticks };
  return { nodes: [h("code", {}, text.slice(ticks, close).replace(/^ (.*[^ ].*) $/s, "$1"))], end: close + fence.length };
}

/** `[label](address)`, and `![alt](address)` of which only the words are shown: no image is ever loaded. */
function bracket(text, at, context) {
  const image = text[at] === "!";
  const open = image ? at + 1 : at;
  const parts = /\[((?:[^\[\]\\]|\\.){0,400})\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s+"[^"]{0,200}")?\s*\)/y;
  const found = match(parts, text, open);
  if (!found) return null;
  if (image) return { nodes: [h("span", { class: "no-image" }, `[picture: ${found[1] || "not shown"}]`)], end: parts.lastIndex };
  const nodes = link(inline(found[1], { ...context, depth: context.depth + 1, linked: true }), found[2], context);
  return { nodes: nodes ?? [found[0]], end: parts.lastIndex };
}

function emphasis(text, at, context) {
  for (const [marker, tags] of EMPHASIS) {
    if (!text.startsWith(marker, at)) continue;
    const from = at + marker.length;
    if (/^\s|^$/.test(text.slice(from, from + 1))) continue;
    if (marker[0] === "_" && /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) continue;
    const close = closing(text, from, marker, context);
    if (close < 0) continue;
    const inner = inline(text.slice(from, close), { ...context, depth: context.depth + 1 });
    return { nodes: [tags.reduceRight((nodes, tag) => h(tag, {}, nodes), inner)], end: close + marker.length };
  }
  return null;
}

function closing(text, from, marker, context) {
  // A marker that was not found once will not be found further on: this keeps the scan linear.
  if ((context.hopeless[marker] ?? Infinity) <= from) return -1;
  for (let at = text.indexOf(marker, from + 1); at >= 0; at = text.indexOf(marker, at + 1)) {
    if (/\s/.test(text[at - 1]) || text[at - 1] === "\\") continue;
    if (marker.length === 1 && (text[at + 1] === marker || text[at - 1] === marker)) continue;
    if (marker[0] === "_" && /[\p{L}\p{N}]/u.test(text[at + marker.length] ?? "")) continue;
    return at;
  }
  context.hopeless[marker] = from;
  return -1;
}

function special(text, at, context) {
  const char = text[at];
  if (char === "\\" && ESCAPABLE.test(text[at + 1] ?? "")) return { nodes: [text[at + 1]], end: at + 2 };
  if (char === "`") return codeSpan(text, at);
  if (char === "[") {
    const number = match(CITATION, text, at);
    if (number) return { nodes: [context.cite(Number(number[1]), text.slice(Math.max(0, at - 400), at)) ?? number[0]], end: CITATION.lastIndex, clings: true };
  }
  if (context.depth >= DEPTH) return null;
  if (char === "[" || (char === "!" && text[at + 1] === "[")) return context.linked ? null : bracket(text, at, context);
  if (char === "*" || char === "_" || char === "~") return emphasis(text, at, context);
  if (context.linked) return null;
  if (char === "<") {
    const found = match(AUTOLINK, text, at);
    return found ? { nodes: link(found[1], found[1], context) ?? [found[0]], end: AUTOLINK.lastIndex } : null;
  }
  if (char === "h" && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) return bareLink(text, at, context);
  return null;
}

function bareLink(text, at, context) {
  const found = match(BARE, text, at);
  if (!found) return null;
  const address = found[0].replace(/[.,;:!?*_~]+$/, "");
  const nodes = link(address, address, context);
  return nodes ? { nodes: nodes.slice(0, 1), end: at + address.length } : null;
}

/** A citation stays on the line of the word before it. */
function clinging(before, nodes) {
  const [word] = /[^\s]{1,24}\s*$/.exec(before) ?? [""];
  const rest = before.slice(0, before.length - word.length);
  return [rest, h("span", { class: "cling" }, word.trimEnd(), word && "\u00a0", nodes)].filter(Boolean);
}

/**
 * The nodes of a line of markdown. `cite(n, before)` makes the node of a citation from its number
 * and the text it follows, or gives null where the number stays text. `leads(url)` says whether a
 * link may go there: what a model wrote may be somebody else's words, so by default nowhere.
 */
export function inline(text, { cite = () => null, leads = () => false, depth = 0, linked = false } = {}) {
  const context = { cite, leads, depth, linked, hopeless: {} };
  const nodes = [];
  let plain = 0;
  let at = 0;
  while (at < text.length) {
    const found = special(text, at, context);
    if (found) {
      const before = text.slice(plain, at);
      nodes.push(...(found.clings ? clinging(before, found.nodes) : [before, ...found.nodes].filter(Boolean)));
      at = plain = found.end;
    } else at += 1;
  }
  if (plain < text.length) nodes.push(text.slice(plain));
  return nodes;
}
