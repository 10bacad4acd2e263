"""HTML: what a reader of the page would see, no network, no entities from elsewhere."""

import re
from pathlib import Path
from typing import Any, TypeAlias, cast

from lxml import html

from ingest.errors import CorruptFile
from ingest.parsed import BlockKind, ParsedDocument
from ingest.parsers.draft import Draft, table_lines
from ingest.parsers.text import decode

_Element: TypeAlias = Any
"""An lxml element; lxml has no types."""
_lxml = cast("Any", html)
_ParserError = cast("type[Exception]", _lxml.etree.ParserError)
_UNSEEN = {
    "script", "style", "template", "noscript", "svg", "math", "head", "iframe", "object",
    "select", "button", "textarea", "datalist", "canvas", "audio", "video",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "img", "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = {"ul", "ol", "dl", "menu"}
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEAD_BYTES = 4096


def parse(path: Path) -> ParsedDocument:
    """Read a web page.

    Raises:
        CorruptFile: Nothing like a page could be made of it.
        NoText: It shows no text.
    """
    markup = _markup(path.read_bytes())
    parser = _lxml.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = _lxml.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (_ParserError, ValueError):
        raise CorruptFile("This web page cannot be read.") from None
    reading = _Reading()
    reading.walk(root)
    reading.flush()
    return reading.draft.finish(paged=False, title=root.findtext(".//title"))


def _markup(data: bytes) -> str:
    """The page as text: the encoding that it states, if that fits, else the likeliest one."""
    stated = _CHARSET.search(data[:_HEAD_BYTES])
    if stated is not None and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = stated[1].decode("ascii").lower()
        name = "cp1252" if name in {"iso-8859-1", "latin1", "us-ascii", "ascii"} else name
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


class _Reading:
    """Walks the tree; text of inline elements gathers until a block begins or ends."""

    def __init__(self) -> None:
        self.draft = Draft()
        self._waiting: list[str] = []

    def flush(self, kind: BlockKind = "paragraph", level: int = 0) -> None:
        lines = (" ".join(line.split()) for line in "".join(self._waiting).split("\n"))
        self._waiting.clear()
        self.draft.add(kind, "\n".join(line for line in lines if line), level=level)

    def walk(self, element: _Element) -> None:
        """Read one element and what is in it; the tree is at most 2048 deep."""
        tag = element.tag
        if tag in _UNSEEN or _hidden(element):
            return
        if tag == "br":
            self._waiting.append("\n")
        elif tag in _INLINE:
            self._inside(element)
        else:
            self._block(element, str(tag))

    def _block(self, element: _Element, tag: str) -> None:
        self.flush()
        if tag == "pre":
            self.draft.add("code", "".join(map(str, element.itertext())))
        elif tag == "table" and _is_data(element):
            self._table(element)
        elif tag in _LISTS:
            self.draft.add("list", _list(element, 0))
        else:
            self._inside(element)
            level = _HEADINGS.get(tag, 0)
            self.flush("heading" if level else "paragraph", level)

    def _inside(self, element: _Element) -> None:
        self._waiting.append(_flat(element.text))
        for child in element:
            self.walk(child)
            self._waiting.append(_flat(child.tail))

    def _table(self, table: _Element) -> None:
        rows = [
            [_visible(cell) for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr")
        ]
        first = next(table.iter("tr"), None)
        header = first is not None and first.find("th") is not None
        self.draft.add("table", table_lines(rows, header=header))


def _is_data(table: _Element) -> bool:
    """Whether a table holds rows of values; one with blocks in its cells lays out the page."""
    return not any(
        cell.find(f".//{tag}") is not None
        for cell in table.iter("td")
        for tag in ("table", "h1", "h2", "h3", "ul", "p")
    )


def _hidden(element: _Element) -> bool:
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _visible(element: _Element) -> str:
    """All text that is seen inside one element, as one line."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in _UNSEEN and not _hidden(child):
            parts.append(" " if child.tag == "br" else _visible(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _list(element: _Element, depth: int) -> str:
    """A list as lines, nested ones indented."""
    lines: list[str] = []
    for number, item in enumerate(element, start=1):
        if item.tag in _UNSEEN or _hidden(item):
            continue
        mark = f"{number}." if element.tag == "ol" else "-"
        nested = [child for child in item if child.tag in _LISTS]
        below = [_list(child, depth + 1) for child in nested]
        for child in nested:
            child.text, child[:] = "", []
        lines.append(f"{'  ' * depth}{mark} {_visible(item)}")
        lines.extend(below)
    return "\n".join(line for line in lines if line.strip(" -"))
