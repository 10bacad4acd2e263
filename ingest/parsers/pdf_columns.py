"""Columns of prose that a file draws line by line over all of them: read one after the other.

Most files draw column after column, and pdfium keeps their order. Where lines run over a gutter,
that tells columns of prose from a table: several such lines, one gutter, and on both sides of it
lines that go on in small letters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.parsers.pdf_cells import WIDE, Cell, cells_of
from ingest.parsers.printed import Line

LEAST_LINES = 4
"""Lines over the same gutter."""
LEAST_LETTERS = 15
"""Of a line of a column, on average."""
MOST_COLUMNS = 6
GOING_ON = 0.5
"""Share of a column's lines that have to begin with a small letter."""


def by_column(lines: Sequence[Line], most: int = MOST_COLUMNS) -> list[Line]:
    """The lines, those over several columns, up to `most`, divided and put column by column."""
    cells = [cells_of(line) for line in lines]
    found: list[Line] = []
    done = 0
    for first, last, edge in _gutters(cells) if most > 1 else ():
        left, right = _sides(lines[first:last], cells[first:last], edge)
        if _is_prose(left) and _is_prose(right):
            found += [*lines[done:first], *left, *by_column(right, most - 1)]
            done = last
    return [*found, *lines[done:]]


def _gutters(cells: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, int, float]]:
    """First line, the one behind the last, and right edge of what is empty from top to bottom."""
    first, low, high = 0, 0.0, 0.0
    for place, own in enumerate([*cells, []]):
        gap = (own[0].right, own[1].left) if len(own) > 1 else (0.0, 0.0)
        joint = (max(low, gap[0]), min(high, gap[1])) if place > first else gap
        if len(own) > 1 and joint[1] - joint[0] > WIDE / 2 * own[0].height:
            low, high = joint
            continue
        if place - first >= LEAST_LINES:
            yield first, place, high
        first = place if len(own) > 1 else place + 1
        low, high = gap


def _sides(
    lines: Sequence[Line], cells: Sequence[Sequence[Cell]], edge: float
) -> tuple[list[Line], list[Line]]:
    sides: tuple[list[Line], list[Line]] = ([], [])
    for line, own in zip(lines, cells, strict=True):
        for side, part in (
            (sides[0], [cell for cell in own if cell.left < edge]),
            (sides[1], [cell for cell in own if cell.left >= edge]),
        ):
            words = [word for cell in part for word in cell.words]
            if part:
                side.append(replace(line, text=" ".join(cell.text for cell in part), words=words))
    return sides


def _is_prose(lines: Sequence[Line]) -> bool:
    letters = sum(sum(map(str.isalpha, line.text)) for line in lines)
    going_on = sum(line.text[:1].islower() for line in lines)
    return letters >= LEAST_LETTERS * len(lines) and going_on >= GOING_ON * (len(lines) - 1)
