"""The cells of one sheet of an OpenDocument spreadsheet."""

from collections.abc import Iterator

from ingest.parsers.grid import CellBudget, Merge, Sheet
from ingest.parsers.odf_text import number_in, text_of
from ingest.parsers.package import Element

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_GROUPS = {f"{_TABLE}{tag}" for tag in ("table-header-rows", "table-rows", "table-row-group")}
_COLUMN_GROUPS = {
    f"{_TABLE}{tag}" for tag in ("table-header-columns", "table-columns", "table-column-group")
}
MAX_REPEATS = 1_000
"""Times that filled rows or cells are repeated: more is a filled-in pattern, nothing to read."""
MAX_COLUMNS = 16_384


def read_sheet(table: Element, budget: CellBudget) -> tuple[Sheet, bool]:
    """Read what a sheet shows, and whether it hides rows or columns.

    Cells hold the text that is shown beside the value. What a filter hides is read: one click
    shows it.

    Raises:
        ParseMemory: It has too many cells.
    """
    sheet = Sheet()
    hidden = _hidden_columns(table)
    hides = False
    number = 0
    for row in _rows(table):
        repeats = number_in(row, "number-rows-repeated")
        cells = dict(_cells(row, number, sheet))
        shown = {column: text for column, text in cells.items() if column not in hidden}
        collapsed = row.get(f"{_TABLE}visibility") == "collapse"
        hides |= bool(cells) and (collapsed or len(shown) < len(cells))
        if shown and not collapsed:
            for each in range(number, number + min(repeats, MAX_REPEATS)):
                budget.take(len(shown), sum(map(len, shown.values())))
                sheet.rows.append((each, dict(shown)))
        number += repeats
    return sheet, hides


def _rows(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _GROUPS:
            yield from _rows(child)


def _cells(row: Element, number: int, sheet: Sheet) -> Iterator[tuple[int, str]]:
    """Filled cells of a row by column; what they cover goes to the sheet."""
    column = 0
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        repeats = number_in(cell, "number-columns-repeated")
        text = text_of(cell).strip() if len(cell) else ""
        if text and cell.tag == f"{_TABLE}table-cell":
            for each in range(column, column + min(repeats, MAX_REPEATS)):
                yield each, text
            across = number_in(cell, "number-columns-spanned")
            down = number_in(cell, "number-rows-spanned")
            if across > 1 or down > 1:
                sheet.merges.append(Merge(number, column, number + down - 1, column + across - 1))
        column += repeats


def _hidden_columns(table: Element) -> set[int]:
    hidden: set[int] = set()
    place = 0
    for column in _columns(table):
        repeats = number_in(column, "number-columns-repeated")
        if column.get(f"{_TABLE}visibility") == "collapse":
            hidden.update(range(place, min(place + repeats, MAX_COLUMNS)))
        place += repeats
    return hidden


def _columns(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == f"{_TABLE}table-column":
            yield child
        elif child.tag in _COLUMN_GROUPS:
            yield from _columns(child)
