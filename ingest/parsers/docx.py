"""Word documents: paragraphs, headings, lists, tables and notes in the order of the body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.parsed import BlockKind, ParsedDocument
from ingest.parsers import ooxml
from ingest.parsers.draft import Draft
from ingest.parsers.package import Element, Package, open_package
from ingest.parsers.table import Cell, Table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_STYLE_LEVEL = re.compile(r"heading (\d)$", re.IGNORECASE)
_BODY_TEXT = 9
"""Word's tenth outline level, counted from 0."""
_MAX_ANCESTORS = 20
"""Styles that a style may be based on, one on the other."""


def parse(path: Path) -> ParsedDocument:
    """Read a Word document.

    Raises:
        PasswordProtected: It opens only with a password.
        ParseMemory: It unpacks to more than can be held.
        CorruptFile: It is no Word document, or a broken one.
        NoText: It holds pictures only.
    """
    with open_package(path, "Word document") as package:
        part = ooxml.main_part(package)
        body = ooxml.tree(package, part).find(f"{_W}body")
        if body is None:
            raise package.damaged()
        reading = _Reading(_styles(package, part), _notes(package, part))
        reading.body(body)
        return reading.draft.finish(paged=False, title=ooxml.title(package))


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style means: a heading's level, 0 for none; whether it makes a list."""

    level: int = 0
    listed: bool = False


def _styles(package: Package, part: str) -> dict[str, _Style]:
    """Paragraph styles by id, each with what it takes from those that it is based on."""
    listed = ooxml.related(package, part, "styles")
    if listed is None:
        return {}
    elements = {
        str(each.get(f"{_W}styleId")): each
        for each in ooxml.tree(package, listed).iterfind(f"{_W}style")
    }
    styles: dict[str, _Style] = {}
    for name, element in elements.items():
        style, ancestor = _style(element), element
        for _ in range(_MAX_ANCESTORS):
            parent = _value(ancestor, "basedOn")
            if style != _Style() or parent not in elements:
                break
            ancestor = elements[parent]
            style = _style(ancestor)
        styles[name] = style
    return styles


def _style(element: Element) -> _Style:
    """What a style says itself: by its name, its outline level, its numbering."""
    name = _value(element, "name") or ""
    match = _STYLE_LEVEL.match(name)
    if match is not None:
        return _Style(level=int(match[1]))
    if name.lower() == "title":
        return _Style(level=1)
    outline = _number(_value(element, f"pPr/{_W}outlineLvl"), _BODY_TEXT)
    if outline < _BODY_TEXT:
        return _Style(level=outline + 1)
    return _Style(listed=element.find(f"{_W}pPr/{_W}numPr") is not None)


def _notes(package: Package, part: str) -> dict[tuple[str, str], str]:
    """Footnotes and endnotes by the element that refers to them and its number."""
    notes: dict[tuple[str, str], str] = {}
    for kind, element in (("footnotes", "footnote"), ("endnotes", "endnote")):
        listed = ooxml.related(package, part, kind)
        if listed is None:
            continue
        for note in ooxml.tree(package, listed).iterfind(f"{_W}{element}"):
            notes[f"{_W}{element}Reference", str(note.get(f"{_W}id"))] = _text(note)
    return notes


@dataclass(frozen=True, slots=True)
class _Paragraph:
    kind: BlockKind
    text: str
    level: int = 0


class _Reading:
    def __init__(self, styles: dict[str, _Style], notes: dict[tuple[str, str], str]) -> None:
        self.draft = Draft()
        self._styles = styles
        self._notes = notes
        self._items: list[str] = []

    def body(self, body: Element) -> None:
        for element in _content(body):
            if element.tag == f"{_W}p":
                self._paragraph(self._read(element))
            else:
                self._end_list()
                self.draft.add("table", _table(element))
            self._add_notes(element)
        self._end_list()

    def _paragraph(self, paragraph: _Paragraph) -> None:
        if paragraph.kind == "list":
            self._items.append(f"{'  ' * paragraph.level}- {paragraph.text.strip()}")
            return
        self._end_list()
        self.draft.add(paragraph.kind, paragraph.text, level=paragraph.level)

    def _end_list(self) -> None:
        self.draft.add("list", "\n".join(self._items))
        self._items.clear()

    def _read(self, element: Element) -> _Paragraph:
        text = _text(element)
        style = self._styles.get(_value(element, f"pPr/{_W}pStyle") or "", _Style())
        outline = _number(_value(element, f"pPr/{_W}outlineLvl"), _BODY_TEXT)
        level = outline + 1 if outline < _BODY_TEXT else style.level
        if level:
            return _Paragraph("heading", text, level)
        numbering = _value(element, f"pPr/{_W}numPr/{_W}numId")
        listed = style.listed if numbering is None else numbering != "0"
        if listed and text.strip():
            depth = _number(_value(element, f"pPr/{_W}numPr/{_W}ilvl"), 0)
            return _Paragraph("list", text, min(depth, _BODY_TEXT))
        return _Paragraph("paragraph", text)

    def _add_notes(self, element: Element) -> None:
        """Put the notes behind the paragraph or table that refers to them."""
        for node in element.iter(f"{_W}footnoteReference", f"{_W}endnoteReference"):
            note = self._notes.get((str(node.tag), str(node.get(f"{_W}id"))))
            if note:
                self._end_list()
                self.draft.add("paragraph", note)


def _value(element: Element, path: str) -> str | None:
    """The `val` of an element below."""
    found = element.find(f"{_W}{path}")
    return None if found is None else found.get(f"{_W}val")


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value is not None and value.isdecimal() else otherwise


def _content(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, through content controls and tracked changes."""
    for child in parent:
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag in _AROUND:
            yield from _content(child)


_AROUND = {f"{_W}{tag}" for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}


def _table(table: Element) -> str:
    grid = Table()
    above: dict[int, str] = {}
    for row in _children(table, "tr"):
        cells: list[Cell] = []
        column = 0
        for cell in _children(row, "tc"):
            across = _number(_value(cell, f"tcPr/{_W}gridSpan"), 1)
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merged is not None and merged.get(f"{_W}val") != "restart":
                text = above.get(column, "")
            else:
                text = _text(cell)
            above[column] = text
            cells.append(Cell(text, across))
            column += across
        grid.add(cells)
    return grid.lines(header=True)


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Rows or cells, through content controls and tracked changes."""
    for child in parent:
        if child.tag == f"{_W}{tag}":
            yield child
        elif child.tag in _AROUND:
            yield from _children(child, tag)


_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNSEEN = {ooxml.FALLBACK, f"{_W}del", f"{_W}moveFrom", f"{_W}rt", f"{_W}pPr"}
"""What another program shows instead, what was taken out, readings above characters."""


def _text(element: Element) -> str:
    """Text of a paragraph, note or cell as printed: neither deletions nor hidden text."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for node in element:
        tag = node.tag
        if tag in {f"{_W}t", _MATH_TEXT}:
            yield node.text or ""
        elif tag in _MARKS:
            yield _MARKS[tag]
        elif tag not in _UNSEEN and not (tag == f"{_W}r" and _vanishes(node)):
            if tag == f"{_W}p":
                yield "\n"  # In a cell, or in a text box inside a paragraph.
            yield from _pieces(node)


def _vanishes(run: Element) -> bool:
    hidden = run.find(f"{_W}rPr/{_W}vanish")
    return hidden is not None and hidden.get(f"{_W}val") not in {"0", "false", "off"}
