"""The cells of one sheet of an Excel workbook."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.parsers.grid import CellBudget, Merge, Sheet
from ingest.parsers.package import Element, Package
from ingest.parsers.xlsx_values import Values, elements

MAX_COLUMNS = 16_384
MAX_FROZEN = 10
"""Rows frozen at the top; of more than these the last one names no columns."""

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_TRUE = {"1", "true"}


def read_sheet(
    package: Package, part: str, values: Values, budget: CellBudget
) -> tuple[Sheet, bool]:
    """Read what a sheet shows, and whether it hides rows or columns.

    Rows that a filter or a folded group hides are read: one click shows them.

    Raises:
        CorruptFile: The sheet is no XML.
        ParseMemory: It has too many cells, or unpacks to too much.
    """
    reading = _Reading(values, budget)
    for element in elements(package, part, "row", "col", "pane", "mergeCell", "autoFilter"):
        reading.take(element)
    return reading.finished()


@dataclass(slots=True)
class _Reading:
    values: Values
    budget: CellBudget
    sheet: Sheet = field(default_factory=Sheet)
    hidden_rows: list[tuple[int, dict[int, str]]] = field(
        default_factory=list[tuple[int, dict[int, str]]]
    )
    hidden_columns: set[int] = field(default_factory=set[int])
    filters: list[Merge] = field(default_factory=list[Merge])
    row: int = -1

    def take(self, element: Element) -> None:
        match str(element.tag).rpartition("}")[2]:
            case "row":
                self._row(element)
            case "col":
                self._column(element)
            case "pane":
                self._pane(element)
            case "mergeCell":
                self.sheet.merges += _area(element)
            case _:
                self.filters += _area(element)

    def _row(self, row: Element) -> None:
        stated = row.get("r", "")
        self.row = int(stated) - 1 if stated.isdecimal() else self.row + 1
        cells: dict[int, str] = {}
        column = -1
        for cell in row:
            place = _PLACE.match(cell.get("r", ""))
            column = _column_number(place[1]) if place is not None else column + 1
            text = self.values.of(cell)
            if text and not text.isspace():
                cells[column] = text
        if not cells:
            return
        self.budget.take(len(cells), sum(map(len, cells.values())))
        folded = row.get("outlineLevel", "0") != "0"
        is_hidden = row.get("hidden") in _TRUE and not folded
        (self.hidden_rows if is_hidden else self.sheet.rows).append((self.row, cells))

    def _column(self, column: Element) -> None:
        if column.get("hidden") not in _TRUE or column.get("outlineLevel", "0") != "0":
            return
        first, last = column.get("min", ""), column.get("max", "")
        if first.isdecimal() and last.isdecimal():
            self.hidden_columns.update(range(int(first) - 1, min(int(last), MAX_COLUMNS)))

    def _pane(self, pane: Element) -> None:
        frozen = str(pane.get("ySplit", ""))
        if pane.get("state") == "frozen" and frozen.isdecimal() and int(frozen) <= MAX_FROZEN:
            self.sheet.headers.add(int(frozen) - 1)

    def finished(self) -> tuple[Sheet, bool]:
        self.sheet.headers.update(area.top for area in self.filters)
        hides = False
        for number, cells in self.hidden_rows:
            if any(area.top <= number <= area.bottom for area in self.filters):
                self.sheet.rows.append((number, cells))
            else:
                hides = True
        if self.hidden_columns:
            for _, cells in self.sheet.rows:
                for column in self.hidden_columns & set(cells):
                    del cells[column]
                    hides = True
            self.sheet.rows = [(number, cells) for number, cells in self.sheet.rows if cells]
        return self.sheet, hides


def _area(element: Element) -> list[Merge]:
    """The cells from one corner to the other, `A1:C4`."""
    first, _, last = str(element.get("ref", "")).partition(":")
    corners = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if corners[0] is None or corners[1] is None:
        return []
    (left, top), (right, bottom) = (
        (_column_number(corner[1]), int(corner[2]) - 1) for corner in corners if corner is not None
    )
    return [Merge(top, left, bottom, right)]


@lru_cache(maxsize=MAX_COLUMNS)
def _column_number(letters: str) -> int:
    """`A` is 0, `AA` is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
