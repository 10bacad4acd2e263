"""HTML: what a reader of the page would see, no network, no entities from elsewhere."""

import re
from pathlib import Path
from typing import Any, TypeAlias, cast

from lxml import html

from ingest.errors import CorruptFile
from ingest.parsed import BlockKind, ParsedDocument
from ingest.parsers.draft import Draft
from ingest.parsers.table import Cell, Table
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
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,200}?encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""",
    re.IGNORECASE,
)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_SUPERSETS = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs",
}  # fmt: skip
"""What browsers read instead of what pages state: encodings that hold the stated one and more."""
_PLAUSIBLE = re.compile(
    r"utf-?8|iso-?8859-|windows-|cp\d|koi8|gb|big5|cp932|shift|euc|iso-2022-jp|mac|ibm8"
)
"""Encodings of pages; Python knows more, which are none (`punycode`, `unicode_escape`)."""
_HEAD_BYTES = 4096


def parse(path: Path) -> ParsedDocument:
    """Read a web page.

    Raises:
        CorruptFile: Nothing like a page could be made of it.
        NoText: It shows no text.
    """
    return read(_markup(path.read_bytes()))


def read(markup: str) -> ParsedDocument:
    """Read a web page that is text already.

    Raises:
        CorruptFile: Nothing like a page could be made of it.
        NoText: It shows no text.
    """
    draft = Draft()
    root = _tree(markup)
    add_page(draft, root)
    return draft.finish(paged=False, title=root.findtext(".//title"))


def page_tree(data: bytes) -> _Element:
    """The root of a page's tree.

    Raises:
        CorruptFile: Nothing like a page could be made of it.
    """
    return _tree(_markup(data))


def _tree(markup: str) -> _Element:
    parser = _lxml.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return _lxml.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (_ParserError, ValueError):
        raise CorruptFile("This web page cannot be read.") from None


def add_page(draft: Draft, root: _Element) -> None:
    """Append what a reader of the page sees."""
    reading = _Reading(draft)
    reading.walk(root)
    reading.flush()


def _markup(data: bytes) -> str:
    """The page as text: the encoding that it states, if that fits, else the likeliest one."""
    stated = _CHARSET.search(data[:_HEAD_BYTES])
    if stated is not None and not data.startswith(_BOMS):
        name = stated[1].decode("ascii").lower()
        name = _SUPERSETS.get(name, name)
        if _PLAUSIBLE.match(name):
            try:
                return data.decode(name)
            except (LookupError, UnicodeDecodeError):
                pass
    return decode(data)


class _Reading:
    """Walks the tree; text of inline elements gathers until a block begins or ends."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
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
        grid = Table()
        for row in table.iter("tr"):
            if not _hidden(row):
                cells = (cell for cell in row if cell.tag in {"td", "th"} and not _hidden(cell))
                grid.add(
                    Cell(_visible(each), _span(each, "colspan"), _span(each, "rowspan"))
                    for each in cells
                )
        first = next(table.iter("tr"), None)
        header = first is not None and first.find("th") is not None
        self.draft.add("paragraph", _visible_in(table.find("caption")))
        self.draft.add("table", grid.lines(header=header or table.find("thead") is not None))


def _is_data(table: _Element) -> bool:
    """Whether a table holds rows of values; one of blocks, or of one column, lays out the page."""
    return any(len(row) > 1 for row in table.iter("tr")) and not any(
        cell.find(f".//{tag}") is not None
        for cell in table.iter("td")
        for tag in ("table", "h1", "h2", "h3", "ul", "p[2]")
    )


def _span(cell: _Element, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return int(value) if value.isdecimal() and len(value) < 6 else 1  # noqa: PLR2004 # Browsers take up to 65534.


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


def _visible_in(element: _Element | None) -> str:
    return "" if element is None or _hidden(element) else _visible(element)


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
