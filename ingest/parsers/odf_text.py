"""Text of OpenDocument: headings, paragraphs, lists, tables and notes as they are seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.parsers.draft import Draft
from ingest.parsers.package import Element
from ingest.parsers.table import Cell, Table

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
MAX_SPACES = 100
"""Spaces that one element may stand for."""

_UNSEEN = {
    f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}ruby-text", f"{_TEXT}hidden-text",
    f"{_TEXT}note", f"{_OFFICE}forms", f"{_TEXT}sequence-decls",
    f"{_TEXT}variable-decls", f"{_TEXT}user-field-decls", f"{_TEXT}hidden-paragraph",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}title",
    "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}desc",
}  # fmt: skip
"""What is not printed, and notes, which follow their paragraph."""
_MARKS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_BLOCKS = {f"{_TEXT}p", f"{_TEXT}h"}


@dataclass(slots=True)
class Styles:
    """What styles say that changes what is seen.

    Attributes:
        titles: Paragraph styles that are the document's title, or made from it.
        hidden_text: Styles whose text is not shown.
        hidden_tables: Styles of sheets that are not shown.
        hidden_pages: Styles of slides that are not shown.
    """

    titles: set[str] = field(default_factory=lambda: {"Title"})
    hidden_text: set[str] = field(default_factory=set[str])
    hidden_tables: set[str] = field(default_factory=set[str])
    hidden_pages: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, *roots: Element | None) -> "Styles":
        """Read the styles of a document's parts."""
        styles = cls()
        for root in roots:
            for style in () if root is None else root.iter(f"{_STYLE}style"):
                styles._take(style)
        return styles

    def _take(self, style: Element) -> None:
        name = str(style.get(f"{_STYLE}name"))
        if style.get(f"{_STYLE}parent-style-name") == "Title":
            self.titles.add(name)
        for each in style:
            if each.get(f"{_TEXT}display") == "none":
                self.hidden_text.add(name)
            if each.get(f"{_TABLE}display") == "false":
                self.hidden_tables.add(name)
            if each.get(f"{_PRESENTATION}visibility") == "hidden":
                self.hidden_pages.add(name)

    def hides_table(self, table: Element) -> bool:
        """Whether a sheet is hidden."""
        return table.get(f"{_TABLE}style-name") in self.hidden_tables

    def hides_page(self, page: Element) -> bool:
        """Whether a slide is hidden."""
        return page.get(f"{_DRAW}style-name") in self.hidden_pages

    def hides(self, element: Element) -> bool:
        """Whether a section, a paragraph or a part of one is hidden."""
        return (
            element.get(f"{_TEXT}style-name") in self.hidden_text
            or element.get(f"{_TEXT}display") == "none"
        )


def add_blocks(draft: Draft, parent: Element, styles: Styles) -> None:
    """Append what stands in a body, a section or a frame."""
    for child in parent:
        if child.tag in _UNSEEN or styles.hides(child):
            continue
        if child.tag in _BLOCKS:
            _add_paragraph(draft, child, styles)
        elif child.tag == f"{_TEXT}list":
            draft.add("list", "\n".join(_items(child, styles, 0)))
            _add_notes(draft, child)
        elif child.tag == f"{_TABLE}table":
            draft.add("table", _table(child, styles))
            _add_notes(draft, child)
        else:
            add_blocks(draft, child, styles)


def _add_paragraph(draft: Draft, element: Element, styles: Styles) -> None:
    level = 1 if element.get(f"{_TEXT}style-name") in styles.titles else 0
    if element.tag == f"{_TEXT}h":
        stated = str(element.get(f"{_TEXT}outline-level", "1"))
        level = int(stated) if stated.isdecimal() else 1
    draft.add("heading" if level else "paragraph", text_of(element, styles), level=level)
    _add_notes(draft, element)


def _add_notes(draft: Draft, element: Element) -> None:
    """Put footnotes behind what refers to them."""
    for note in element.iter(f"{_TEXT}note-body"):
        draft.add("paragraph", text_of(note))


def _items(parent: Element, styles: Styles, depth: int) -> Iterator[str]:
    """The items of a list as lines, nested ones indented."""
    for item in parent:
        first = True
        for child in item:
            if child.tag == f"{_TEXT}list":
                yield from _items(child, styles, depth + 1)
            elif child.tag in _BLOCKS and not styles.hides(child):
                text = " ".join(text_of(child, styles).split())
                if text:
                    yield f"{'  ' * depth}{'- ' if first else '  '}{text}"
                    first = False


def _table(table: Element, styles: Styles) -> str:
    grid = Table()
    for row in _rows(table):
        cells = row.iterfind(f"{_TABLE}table-cell")
        grid.add(
            Cell(
                text_of(each, styles),
                number_in(each, "number-columns-spanned"),
                number_in(each, "number-rows-spanned"),
            )
            for each in cells
        )
    return grid.lines(header=True)


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in {
            f"{_TABLE}table-header-rows",
            f"{_TABLE}table-rows",
            f"{_TABLE}table-row-group",
        }:
            yield from _rows(child)


def number_in(element: Element, name: str) -> int:
    """A count that a table's element states; 1 without."""
    value = str(element.get(f"{_TABLE}{name}", "1"))
    return int(value) if value.isdecimal() else 1


def text_of(element: Element, styles: Styles | None = None) -> str:
    """All text below an element that is seen, paragraphs as lines."""
    return "".join(_pieces(element, styles or Styles()))


def _pieces(element: Element, styles: Styles) -> Iterator[str]:
    yield _flat(element.text)
    for child in element:
        if child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag == f"{_TEXT}s":
            stated = str(child.get(f"{_TEXT}c", "1"))
            yield " " * min(int(stated) if stated.isdecimal() else 1, MAX_SPACES)
        elif child.tag not in _UNSEEN and not styles.hides(child):
            yield from _pieces(child, styles)
            if child.tag in _BLOCKS:
                yield "\n"
        yield _flat(child.tail)


def _flat(text: str | None) -> str:
    """White space in the file is no more than a space."""
    if not text:
        return ""
    return (
        text if text.isprintable() else "".join(" " if each in "\r\n\t" else each for each in text)
    )
