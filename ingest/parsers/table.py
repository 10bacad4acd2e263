"""Tables as lines of text in which each row carries the names of its columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MAX_SPAN = 1_000
"""Columns that one cell may cover, as in browsers."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with what it covers.

    Attributes:
        text: What it shows.
        across: Columns that it covers, to the right.
        down: Rows that it covers, downwards.
    """

    text: str
    across: int = 1
    down: int = 1


@dataclass(slots=True)
class _Carried:
    text: str
    last: int
    rows: int


@dataclass(slots=True)
class Row:
    """Texts by column, from 0.

    Attributes:
        cells: A cell that covers several columns stands in the first of them, one that covers
            several rows in each of them.
        wide: First column to last column of cells that cover several.
    """

    cells: dict[int, str] = field(default_factory=dict[int, str])
    wide: dict[int, int] = field(default_factory=dict[int, int])


class Table:
    """Rows one after the other, cells with spans put where they belong."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._carried: dict[int, _Carried] = {}

    def add(self, cells: Iterable[Cell]) -> None:
        """Append a row."""
        row = Row()
        column = 0
        for cell in cells:
            column = self._carry(row, column)
            last = column + min(max(cell.across, 1), MAX_SPAN) - 1
            _put(row, column, last, cell.text)
            if cell.down > 1:
                self._carried[column] = _Carried(cell.text, last, cell.down)
            column = last + 1
        for place in sorted(self._carried):
            self._carry(row, place)
        self._carried = {
            place: _Carried(each.text, each.last, each.rows - 1)
            for place, each in self._carried.items()
            if each.rows > 1
        }
        self.rows.append(row)

    def _carry(self, row: Row, column: int) -> int:
        """Fill in what reaches down into the row from a column on; the next free column."""
        while (
            column in self._carried
            and column not in row.cells
            and column not in row.wide
            and self._carried[column].rows > 0
        ):
            from_above = self._carried[column]
            _put(row, column, from_above.last, from_above.text)
            column = from_above.last + 1
        return column

    def lines(self, *, header: bool) -> str:
        """The table as text, a line a row.

        A row that stands alone in a passage is then still understood: `Country: Austria |
        Capital: Vienna`. Line breaks inside a cell become spaces. A first row of one cell is the
        table's caption; names of columns that stand in two rows are joined.
        """
        rows = [row for row in map(_tidy, self.rows) if row.cells]
        captions: list[str] = []
        while header and len(rows) > 2 and len(rows[0].cells) == 1 and rows[0].wide:  # noqa: PLR2004 # Caption, header and a row.
            captions += rows.pop(0).cells.values()
        if not header or len(rows) < 2:  # noqa: PLR2004 # A header needs a row below it.
            return "\n".join(captions + [" | ".join(row.cells.values()) for row in rows])
        depth = header_depth(rows)
        names = column_names(rows[:depth])
        lines = [*captions, " | ".join(dict.fromkeys(names.values()))]
        lines += [row_line(names, row.cells) for row in rows[depth:]]
        return "\n".join(lines)


def header_depth(rows: Sequence[Row]) -> int:
    """How many rows, from the first on, name the columns: two where names are grouped.

    The second row then names what stands under a wide cell, and nothing else: its other cells are
    empty, or reach down from the first.
    """
    if len(rows) < 3 or not rows[0].wide:  # noqa: PLR2004 # Two rows of names and one below.
        return 1
    above, below = rows[0].cells, rows[1].cells
    grouped = {c for first, last in rows[0].wide.items() for c in range(first, last + 1)}
    others = [column for column in below if column not in grouped]
    return 2 if all(below[column] == above.get(column) for column in others) else 1


def column_names(rows: Iterable[Row]) -> dict[int, str]:
    """Names by column; a name over several columns is put before those under it."""
    names: dict[int, str] = {}
    for row in rows:
        for first, text in row.cells.items():
            for column in range(first, row.wide.get(first, first) + 1):
                above = names.get(column)
                names[column] = f"{above} {text}" if above and above != text else text
    return names


def row_line(names: Mapping[int, str], cells: Mapping[int, str]) -> str:
    """A row with the names of its columns."""
    return " | ".join(
        f"{names[column]}: {text}" if column in names and names[column] != text else text
        for column, text in cells.items()
    )


def _put(row: Row, first: int, last: int, text: str) -> None:
    row.cells[first] = text
    if last > first:
        row.wide[first] = last


def _tidy(row: Row) -> Row:
    """Without empty cells, in the order of columns, each text on one line."""
    flat = {column: " ".join(row.cells[column].split()) for column in sorted(row.cells)}
    return Row({column: text for column, text in flat.items() if text}, row.wide)
