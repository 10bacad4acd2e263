"""Tables of numbers on a PDF page: rows that carry the names of their columns.

A PDF knows no tables. What tells one is a label with numbers behind it, wide gaps between, on
two lines or more, the numbers of a column below each other; the names are what stands above the
numbers. Where no names are found the rows stay as they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.parsers.pdf_cells import Cell, Words, cells_of, whole_rows
from ingest.parsers.printed import Line

BETWEEN = 2
"""Lines without numbers that may stand between two rows: labels of sections or of two lines."""
ABOVE = 7.0
"""Names of columns are looked for up to so many heights of a line above the first row."""
BAR = "|"
"""Stands between two cells, as in the tables of other formats."""
MOST_COLUMNS = 24
OFF_CENTRE = 0.3
"""Share of a column's width by which its name may be off its middle or its right edge."""
LONGEST_NAME = 60
"""Characters; what is longer is a sentence above the table."""

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: where it stands, and its name where one was found."""

    left: float
    right: float
    name: str = ""

    @property
    def middle(self) -> float:
        """Of its width."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page.

    Attributes:
        line: As it is stored.
        table: Number of the table on the page that it belongs to, from 1; 0 for none.
        is_label: Whether it is a line of a table without numbers.
    """

    line: Line
    table: int = 0
    is_label: bool = False


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """A page's lines, those of tables rewritten with their columns' names."""
    lines = list(whole_rows(lines))
    cells = [cells_of(line) for line in lines]
    rows: list[Row] = []
    done = 0
    names: Sequence[Column] = ()
    for table, (first, last) in enumerate(_runs(cells), start=1):
        columns = _columns(cells[first:last])
        head = _Head.above(cells, done, first, columns) if columns else None
        begin = first if head is None else head.begin
        rows += [Row(line) for line in lines[done:begin]]
        if head is not None:
            rows += [Row(line, table, is_label) for line, is_label in head.lines(lines)]
        names = _going_on(columns, names) if head is None else head.columns
        rows += [
            Row(_named(line, own, names), table, is_label=not _numbers(own))
            for line, own in zip(lines[first:last], cells[first:last], strict=True)
        ]
        done = last
    return [*rows, *(Row(line) for line in lines[done:])]


def _numbers(cells: Sequence[Cell]) -> list[Cell]:
    """The cells behind the label, if all of them are numbers."""
    behind = cells[1:] if cells and not cells[0].is_number else cells
    return list(behind) if all(cell.is_number for cell in behind) else []


def _is_labelled(cells: Sequence[Cell]) -> bool:
    return bool(cells) and not cells[0].is_number and bool(_numbers(cells))


def _is_years(cells: Sequence[Cell]) -> bool:
    return all(_YEAR.fullmatch(cell.text) for cell in _numbers(cells))


def _runs(cells: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, int]]:
    """First line, and the one behind the last, of what looks like a table."""
    found: list[int] = []
    for place, own in enumerate([*cells, []]):
        if found and (place == len(cells) or place - found[-1] > BETWEEN + 1):
            if len(found) > 1:
                yield found[0], found[-1] + 1
            found = []
        begins = _is_labelled(own) and not _is_years(own)
        # A number by itself is rather a page's than a sum.
        if begins or (found and len(_numbers(own)) > 1):
            found.append(place)


def _going_on(columns: Sequence[Column], above: Sequence[Column]) -> Sequence[Column]:
    """The columns above, where a table without names goes on in them; else none."""
    over = [
        [place for place, other in enumerate(above) if _overlap(column, other)]
        for column in columns
    ]
    goes_on = bool(columns) and all(len(places) == 1 for places in over)
    return above if goes_on else ()


def _overlap(one: "Column | Cell", other: "Column | Cell") -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


def _columns(cells: Sequence[Sequence[Cell]]) -> list[Column]:
    """Numbers that stand below each other; none where there are too many to be told apart."""
    spans = sorted(
        (cell.left, cell.right)
        for own in cells
        if _is_labelled(own) or len(_numbers(own)) > 1
        for cell in _numbers(own)
    )
    columns: list[Column] = []
    for left, right in spans:
        if columns and left <= columns[-1].right:
            columns[-1] = Column(columns[-1].left, max(columns[-1].right, right))
        else:
            columns.append(Column(left, right))
    return columns if len(columns) <= MOST_COLUMNS else []


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above a table's first row.

    Attributes:
        begin: Its first line.
        cells: Of its lines.
        names: By column, the cells of its name from above to below.
        columns: With their names.
    """

    begin: int
    cells: Sequence[Sequence[Cell]]
    names: Sequence[Sequence[Cell]]
    columns: Sequence[Column]

    @classmethod
    def above(
        cls, cells: Sequence[Sequence[Cell]], done: int, first: int, columns: Sequence[Column]
    ) -> "_Head | None":
        """Look for names above the row `first`, not beyond `done`; None where there are none."""
        begin = cls._begin(cells, done, first, columns)
        own = cells[begin:first]
        names: list[list[Cell]] = [[] for _ in columns]
        groups: list[Cell] = []
        spans = list(columns)
        # From below, since a group's name may stand over the names of its columns alone.
        for cell in sorted((cell for line in own for cell in line), key=lambda cell: cell.lower):
            reached = _reach(cell, spans)
            if reached and len(reached) == 1:
                (place,) = reached
                names[place].insert(0, cell)
                left, right = min(spans[place].left, cell.left), max(spans[place].right, cell.right)
                spans[place] = Column(left, right)
            elif reached:
                groups.append(cell)
        if not any(names):
            return None
        return cls(begin, own, names, _with_names(columns, names, groups))

    @staticmethod
    def _begin(
        cells: Sequence[Sequence[Cell]], done: int, first: int, columns: Sequence[Column]
    ) -> int:
        """The uppermost line with a name, reached from the first row without a sentence between."""
        begin = first
        row = cells[first][0]
        highest = row.lower + ABOVE * row.height
        for place in range(first - 1, done - 1, -1):
            reach = [_reach(cell, columns) for cell in cells[place]]
            if not reach or None in reach or not row.lower < cells[place][0].lower <= highest:
                break
            if any(reach):
                begin = place
        return begin

    def lines(self, lines: Sequence[Line]) -> Iterator[tuple[Line, bool]]:
        """Its lines as they are stored, and whether each is a label: the names are in one."""
        named = {id(cell) for cells in self.names for cell in cells}
        own_lines = lines[self.begin : self.begin + len(self.cells)]
        beside: list[Cell] = []
        rest: list[tuple[Line, bool]] = []
        for line, own in zip(own_lines, self.cells, strict=True):
            if any(id(cell) in named for cell in own):
                beside += [cell for cell in own if id(cell) not in named]
            else:
                rest.append((line, not any(_reach(cell, self.columns) for cell in own)))
        yield from (each for each in rest if not each[1])
        yield _line(lines[self.begin], [*([each] for each in beside), *self.names]), False
        yield from (each for each in rest if each[1])


def _reach(cell: Cell, columns: Sequence[Column]) -> Sequence[int] | None:
    """Places of the columns that a cell above them stands over.

    None at all for a label, which stands before them; None for a sentence, which stands over
    the labels and the columns alike.
    """
    start = columns[0].left
    widest = max(column.right - column.left for column in columns)
    if cell.right < start - widest:
        return ()
    over = [place for place, column in enumerate(columns) if _overlap(cell, column)]
    if cell.left < start - 2 * widest or len(cell.text) > LONGEST_NAME:
        return () if cell.right < start else None
    if len(over) == 1 and not _is_over(cell, columns[over[0]]):
        # It sticks out to the side: the name of two, over the gap between them.
        (place,) = over
        aside = place + (1 if cell.middle > columns[place].middle else -1)
        if 0 <= aside < len(columns) and _is_between(cell, columns[place], columns[aside]):
            over = sorted((place, aside))
    elif not over:
        before = [place for place, column in enumerate(columns) if column.right < cell.left]
        over = [before[-1], before[-1] + 1] if 0 < len(before) < len(columns) else []
    return over or None


def _is_over(cell: Cell, column: Column) -> bool:
    """Whether a name stands over one column: centred, flush right, or wider on both sides."""
    slack = OFF_CENTRE * (column.right - column.left)
    return (
        (cell.left <= column.left and cell.right >= column.right)
        or abs(cell.middle - column.middle) <= slack
        or abs(cell.right - column.right) <= slack
    )


def _is_between(cell: Cell, one: Column, other: Column) -> bool:
    """Whether a name is in the middle over two columns."""
    both = Column(min(one.left, other.left), max(one.right, other.right))
    return abs(cell.middle - both.middle) <= OFF_CENTRE / 2 * (both.right - both.left)


def _with_names(
    columns: Sequence[Column], names: Sequence[Sequence[Cell]], groups: Sequence[Cell]
) -> list[Column]:
    """Columns with their names; where these repeat group by group, the first with its group's."""
    texts = [" ".join(cell.text for cell in own) for own in names]
    for level in _levels(groups):
        size, rest = divmod(len(texts), len(level))
        if len(level) > 1 and not rest and texts == texts[:size] * len(level):
            for place, cell in enumerate(level):
                # Once a group: a row is read from the left.
                texts[place * size] = f"{cell.text} {texts[place * size]}"
            break
    return [
        replace(column, name=text.rstrip(":") if len(text) <= LONGEST_NAME else "")
        for column, text in zip(columns, texts, strict=True)
    ]


def _levels(groups: Sequence[Cell]) -> list[list[Cell]]:
    """Names of groups that stand at one height, from the left; units in brackets are none."""
    levels: list[list[Cell]] = []
    for cell in sorted(groups, key=lambda cell: cell.lower):
        if cell.text.startswith("("):
            continue
        if levels and cell.lower - levels[-1][0].lower < cell.height / 2:
            levels[-1].append(cell)
        else:
            levels.append([cell])
    return [sorted(level, key=lambda cell: cell.left) for level in levels]


def _named(line: Line, cells: Sequence[Cell], columns: Sequence[Column]) -> Line:
    """A row with the name of its column before each number."""
    numbers = {id(cell) for cell in _numbers(cells)}
    if not numbers or not any(column.name for column in columns):
        return line
    groups: list[list[Cell]] = []
    for cell in cells:
        name = _name_over(cell, columns) if id(cell) in numbers else ""
        texts = f"{name}:".split() if name else []
        groups.append([Cell(texts, [()] * len(texts), cell.left, cell.left, cell.lower, 0.0), cell])
    return _line(line, groups)


def _name_over(cell: Cell, columns: Sequence[Column]) -> str:
    for column in columns:
        if cell.left <= column.right and cell.right >= column.left:
            return column.name
    return ""


def _line(like: Line, groups: Sequence[Sequence[Cell]]) -> Line:
    """One line of groups of cells, a bar between them."""
    texts: list[str] = []
    words: list[Words] = []
    for group in groups:
        if texts and any(cell.texts for cell in group):
            texts.append(BAR)
            words.append(())
        for cell in group:
            texts += cell.texts
            words += cell.words
    return replace(like, text=" ".join(texts), words=words)
