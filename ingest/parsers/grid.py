"""Sheets of cells (Excel, OpenDocument, CSV) as blocks: tables, captions, remarks.

A sheet says nowhere which of its rows name the columns. Rows are divided where a row is blank, and
the header of each part is told by what files do say (a table, a filter, frozen rows) and else by
how the rows look.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.errors import ParseMemory
from ingest.parsers.draft import Draft
from ingest.parsers.table import Row, column_names, header_depth, row_line

MAX_CELLS = 1_000_000
"""Filled cells in one file: some 250 MB, and with the names of their columns a long text."""
MAX_CHARACTERS = 20_000_000
"""Characters in all of them."""
HIDDEN_SHEET = "This sheet is hidden in the workbook; what is in it was not read."
HIDDEN_CELLS = "This sheet has hidden rows or columns; what is in them was not read."
MAX_NAME = 60
"""Characters of a column's name, where nothing but its looks says that it is one."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_VALUE = re.compile(r"(?:[A-Z]{3}\s)?[\W_]*\d")
"""A digit first, but for signs and the name of a currency: `Q1` is a name."""
_MAX_LETTERS = 4
"""Letters in what is still a value: `12 kg`, `1.5 mln`, `CHF 20`."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells shown as one; all four are the first and last ones covered, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet, its blank cells left out.

    Attributes:
        rows: Number of the row, from 0, and its cells by column.
        merges: Cells shown as one.
        headers: Numbers of rows of which the file itself says that they name columns.
    """

    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list[tuple[int, dict[int, str]]])
    merges: list[Merge] = field(default_factory=list[Merge])
    headers: set[int] = field(default_factory=set[int])


class CellBudget:
    """Counts filled cells, and what is in them, over all sheets of a file.

    Args:
        cells: The most that there may be.
    """

    def __init__(self, cells: int = MAX_CELLS) -> None:
        self._most = cells
        self._cells = cells
        self._characters = MAX_CHARACTERS

    def take(self, cells: int, characters: int) -> None:
        """Count some.

        Raises:
            ParseMemory: They are too many.
        """
        self._cells -= cells
        self._characters -= characters
        if self._cells < 0:
            raise ParseMemory(f"This file has more than {self._most:,} filled cells. Split it.")
        if self._characters < 0:
            raise ParseMemory(f"This file holds more than {MAX_CHARACTERS:,} characters. Split it.")


def add_sheet(draft: Draft, sheet: Sheet) -> None:
    """Append a sheet's blocks."""
    rows = _with_merges(sheet)
    names: dict[int, str] = {}
    for first, behind in _parts([number for number, _ in rows]):
        part = rows[first:behind]
        names = _add_part(draft, [row for _, row in part], _stated(part, sheet.headers), names)


def _with_merges(sheet: Sheet) -> list[tuple[int, Row]]:
    """Rows in order; what is merged downwards stands in each of its rows."""
    ordered = sorted(sheet.rows, key=lambda each: each[0])
    numbers = [number for number, _ in ordered]
    rows = [(number, Row(cells)) for number, cells in ordered]
    work = MAX_CELLS
    for merge in sheet.merges:
        first, behind = bisect_left(numbers, merge.top), bisect_right(numbers, merge.bottom)
        if first == behind or numbers[first] != merge.top or work < behind - first:
            continue
        work -= behind - first
        text = rows[first][1].cells.get(merge.left)
        if text is None:
            continue
        for _, row in rows[first:behind]:
            row.cells.setdefault(merge.left, text)
            if merge.right > merge.left:
                row.wide[merge.left] = merge.right
    return rows


def _parts(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of rows without a blank row between them."""
    first = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] > numbers[place - 1] + 1:
            yield first, place
            first = place


def _stated(part: Sequence[tuple[int, Row]], headers: set[int]) -> int | None:
    """Where in the part a row stands of which the file says that it names columns."""
    return next((place for place, (number, _) in enumerate(part) if number in headers), None)


def _add_part(
    draft: Draft, rows: Sequence[Row], stated: int | None, inherited: dict[int, str]
) -> dict[int, str]:
    """Append rows that stand together.

    Returns:
        The names of their columns, for a part further down that has none of its own.
    """
    place = stated
    if place is None:
        place = next((i for i, row in enumerate(rows) if len(row.cells) > 1), len(rows))
    for row in rows[:place]:
        draft.add("paragraph", _line({}, row))
    rows = rows[place:]
    if not rows:
        return inherited
    names = _names(rows, stated is not None, inherited)
    depth = 0 if names is None else header_depth(rows)
    if names is None:
        names = inherited if set(rows[0].cells) <= set(inherited) else {}
    lines = [" | ".join(dict.fromkeys(names.values()))] if depth else []
    lines += [_line(names, row) for row in rows[depth:]]
    draft.add("table", "\n".join(lines))
    return names


def _line(names: dict[int, str], row: Row) -> str:
    cells = {column: " ".join(row.cells[column].split()) for column in sorted(row.cells)}
    return row_line(names, {column: text for column, text in cells.items() if text})


def _names(rows: Sequence[Row], stated: bool, inherited: dict[int, str]) -> dict[int, str] | None:
    """Names of the columns, where the first rows are names."""
    if len(rows) < 2 and not stated:  # noqa: PLR2004 # A header needs a row below it.
        return None
    depth = header_depth(rows)
    names = column_names(rows[:depth])
    if stated:
        return names
    below = rows[depth : depth + 20]
    if not _like_names(rows[:depth], names):
        return None
    if any(is_value(row.cells.get(column, "")) for row in below for column in names):
        return names
    # Words above words: names at the top of a sheet, but one more row under names that are known.
    whole = all(set(row.cells) <= set(names) for row in below)
    return names if whole and not set(names) <= set(inherited) else None


def _like_names(rows: Sequence[Row], names: dict[int, str]) -> bool:
    """Whether rows look like names: short, each another, and no values but years."""
    texts = list(names.values())
    return (
        len(texts) > 1
        and len(set(texts)) == len(texts)
        and all(len(text) <= MAX_NAME for text in texts)
        and not any(is_value(text) and not _YEAR.fullmatch(text) for text in _shown(rows))
        and not all(map(is_value, texts))
    )


def _shown(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from row.cells.values()


def is_value(text: str) -> bool:
    """Whether a cell holds a number, a sum, a share or a date, as far as its looks go."""
    return _VALUE.match(text) is not None and sum(map(str.isalpha, text)) <= _MAX_LETTERS
