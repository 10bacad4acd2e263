"""Word documents: paragraphs, headings, lists and tables in the order of the body."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import docx
from docx.opc.exceptions import PackageNotFoundError

from ingest.errors import CorruptFile, ParseMemory, PasswordProtected
from ingest.parsed import BlockKind, ParsedDocument
from ingest.parsers.draft import Draft, table_lines

MAX_MEMBERS = 5_000
"""Members of the zip; the largest real files have some hundreds."""
MAX_XML_BYTES = 24 * 1024 * 1024
"""Unpacked XML in one file: its tree takes about ten times as much memory."""
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
"""Everything unpacked, pictures included: python-docx keeps all of it in memory."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_OLE = b"\xd0\xcf\x11\xe0"
_STYLE_LEVEL = re.compile(r"heading (\d)$", re.IGNORECASE)
_Element = Any
"""An lxml element; lxml has no types."""


def parse(path: Path) -> ParsedDocument:
    """Read a Word document.

    Raises:
        PasswordProtected: It opens only with a password.
        ParseMemory: It unpacks to more than can be held.
        CorruptFile: It is no Word document, or a broken one.
        NoText: It holds pictures only.
    """
    _check(path)
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError):
        raise CorruptFile("This Word document is damaged and cannot be opened.") from None
    body = cast("_Element", document.element).body
    reading = _Reading(_levels(cast("_Element", document.styles.element)))
    reading.body(body)
    return reading.draft.finish(paged=False, title=document.core_properties.title or None)


def _check(path: Path) -> None:
    """Look at the zip's list of members before unpacking anything.

    Raises:
        PasswordProtected: It is no zip, but the container of an encrypted document.
        CorruptFile: It is no zip at all.
        ParseMemory: The members add up to too much.
    """
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise PasswordProtected(
                "This Word document opens only with a password. Save a copy without one."
            )
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise CorruptFile("This Word document is damaged and cannot be opened.") from None
    xml = sum(m.file_size for m in members if m.filename.endswith((".xml", ".rels")))
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or xml > MAX_XML_BYTES or total > MAX_UNPACKED_BYTES:
        raise ParseMemory("This Word document unpacks to more than Lumen can hold. Split it.")


def _levels(styles: _Element) -> dict[str, int]:
    """Heading level of each paragraph style, by its id: from its name or its outline level."""
    levels: dict[str, int] = {}
    for style in styles.iterfind(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = str(named.get(f"{_W}val", "")) if named is not None else ""
        match = _STYLE_LEVEL.match(name)
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if match is not None:
            levels[str(style.get(f"{_W}styleId"))] = int(match[1])
        elif name.lower() == "title":
            levels[str(style.get(f"{_W}styleId"))] = 1
        elif outline is not None:
            levels[str(style.get(f"{_W}styleId"))] = int(outline.get(f"{_W}val", "0")) + 1
    return levels


@dataclass(frozen=True, slots=True)
class _Paragraph:
    kind: BlockKind
    text: str
    level: int = 0


class _Reading:
    def __init__(self, levels: dict[str, int]) -> None:
        self.draft = Draft()
        self._levels = levels
        self._items: list[str] = []

    def body(self, body: _Element) -> None:
        for element in _content(body):
            if element.tag == f"{_W}p":
                self._paragraph(self._read(element))
            else:
                self._end_list()
                self._table(element)
        self._end_list()

    def _paragraph(self, paragraph: _Paragraph) -> None:
        if paragraph.kind == "list":
            self._items.append(f"- {paragraph.text.strip()}")
            return
        self._end_list()
        self.draft.add(paragraph.kind, paragraph.text, level=paragraph.level)

    def _end_list(self) -> None:
        self.draft.add("list", "\n".join(self._items))
        self._items.clear()

    def _read(self, element: _Element) -> _Paragraph:
        text = _text(element)
        properties = element.find(f"{_W}pPr")
        if properties is None:
            return _Paragraph("paragraph", text)
        style = properties.find(f"{_W}pStyle")
        level = self._levels.get(str(style.get(f"{_W}val")), 0) if style is not None else 0
        if 0 < level < 10:  # noqa: PLR2004 # Word's ten-th outline level is body text.
            return _Paragraph("heading", text, level)
        listed = properties.find(f"{_W}numPr") is not None and text.strip()
        return _Paragraph("list" if listed else "paragraph", text)

    def _table(self, table: _Element) -> None:
        rows = [
            [_cell(cell) for cell in row.iterfind(f"{_W}tc")] for row in table.iterfind(f"{_W}tr")
        ]
        self.draft.add("table", table_lines(rows, header=True))


def _content(parent: _Element) -> Iterator[_Element]:
    """Paragraphs and tables in order, through content controls and tracked changes."""
    for child in parent:
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"}:
            yield from _content(child)


def _cell(cell: _Element) -> str:
    return " ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p"))


_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def _text(element: _Element) -> str:
    """Text of a paragraph as printed: insertions in, deletions and fallbacks out."""
    parts: list[str] = []
    for node in element.iter():
        if node.tag == f"{_W}t" and not _in_fallback(node):
            parts.append(node.text or "")
        elif node.tag in _MARKS and node.getparent().tag == f"{_W}r":
            parts.append(_MARKS[node.tag])
    return "".join(parts)


def _in_fallback(node: _Element) -> bool:
    return next(node.iterancestors(_MC_FALLBACK), None) is not None
