// Markdown's blocks: lines to a list of `{kind, source, …}`. Pure; knows no DOM.
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]{0,30})/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^(\s{0,11})([-*+•]|\d{1,9}[.)])(?:\s+(.*)|$)/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const MAX_DEPTH = 6;

function isTable(lines, at) {
  return lines[at].includes("|") && at + 1 < lines.length && lines[at + 1].includes("-") && lines[at + 1].includes("|") && DIVIDER.test(lines[at + 1]);
}

function opensBlock(lines, at) {
  const line = lines[at];
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line) || isTable(lines, at);
}

/** The cells of a table's line; `\|` is a bar inside one. */
export function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll("\\|", "|").trim());
}

function fence(lines, at) {
  const [, marker, language] = FENCE.exec(lines[at]);
  let end = at + 1;
  const closed = new RegExp(`^ {0,3}${marker[0]}{${marker.length},}\\s*$`);
  while (end < lines.length && !closed.test(lines[end])) end += 1;
  return { block: { kind: "code", language, text: lines.slice(at + 1, end).join("\n") }, end: Math.min(end + 1, lines.length) };
}

function quote(lines, at, depth) {
  let end = at;
  const inner = [];
  while (end < lines.length && QUOTE.test(lines[end])) inner.push(QUOTE.exec(lines[end++])[1]);
  return { block: { kind: "quote", blocks: parse(inner, depth + 1) }, end };
}

function table(lines, at) {
  const align = cells(lines[at + 1]).map((cell) => (/^:-*:$/.test(cell) ? "center" : cell.endsWith(":") ? "end" : "start"));
  let end = at + 2;
  const rows = [];
  while (end < lines.length && lines[end].trim() && lines[end].includes("|")) rows.push(cells(lines[end++]));
  return { block: { kind: "table", head: cells(lines[at]), align, rows }, end };
}

const indentOf = (line) => line.length - line.trimStart().length;

function list(lines, at, depth) {
  const [, indent, marker] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(marker);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end]);
    if (!found || found[1].length > indent.length + 1 || found[1].length < indent.length || /\d/.test(found[2]) !== ordered || RULE.test(lines[end])) break;
    const inner = [found[3] ?? ""];
    end += 1;
    while (end < lines.length && belongs(lines, end, indent.length)) inner.push(lines[end++]);
    const shift = Math.min(...inner.slice(1).filter((line) => line.trim()).map(indentOf), indent.length + marker.length + 1);
    items.push(parse([inner[0], ...inner.slice(1).map((line) => line.slice(Math.min(shift, indentOf(line))))], depth + 1));
    while (end < lines.length && !lines[end].trim() && ITEM.test(lines[end + 1] ?? "")) end += 1;
  }
  return { block: { kind: "list", ordered, start: ordered ? Number.parseInt(marker, 10) : 1, items }, end };
}

/** Whether a line goes on with the item that began at `indent`: deeper, or a lazy line of its text. */
function belongs(lines, at, indent) {
  const line = lines[at];
  if (!line.trim()) return at + 1 < lines.length && indentOf(lines[at + 1]) > indent + 1 && lines[at + 1].trim() !== "";
  if (indentOf(line) > indent + 1) return true;
  return !opensBlock(lines, at) && lines[at - 1].trim() !== "";
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !opensBlock(lines, end)) end += 1;
  return { block: { kind: "paragraph", text: lines.slice(at, end).map((line) => line.trimStart()).join("\n") }, end };
}

function next(lines, at, depth) {
  const line = lines[at];
  if (FENCE.test(line)) return fence(lines, at);
  const heading = HEADING.exec(line);
  if (heading) return { block: { kind: "heading", level: heading[1].length, text: heading[2] ?? "" }, end: at + 1 };
  if (RULE.test(line)) return { block: { kind: "rule" }, end: at + 1 };
  if (depth < MAX_DEPTH && QUOTE.test(line)) return quote(lines, at, depth);
  if (depth < MAX_DEPTH && ITEM.test(line)) return list(lines, at, depth);
  if (isTable(lines, at)) return table(lines, at);
  return paragraph(lines, at);
}

/** The blocks of these lines; each carries its `source`, so that an unchanged one is recognised. */
export function parse(lines, depth = 0) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const { block, end } = next(lines, at, depth);
    blocks.push({ ...block, source: lines.slice(at, end).join("\n") });
    at = end;
  }
  return blocks;
}
