"""Cells of a printed line: words that stand together, between wide gaps."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ingest.parsers.printed import Edges, Line

Words: TypeAlias = Sequence[Edges]
"""Where the parts of a word stand; nothing, where it is printed nowhere."""

WIDE = 0.75
"""A gap between two words of more than so many heights of their line parts two cells."""
SAME_HEIGHT = 0.2
"""Share of a line's height by which the feet of one row's cells may differ."""
MOST_WORDS = 200
"""Words of a row that is put together from several lines."""
_NUMBER = re.compile(
    r"[-–—−+]?[$€£¥]?\s*\(?[$€£¥]?\s*[-–—−+]?\d[\d.,'’]*\s*(?:%|pts|bps|x)?\)?\s*%?"
    r"|[-–—−]\s*%?|[$€£¥]\s*[-–—−]|N/?[AM]|n/?[am]|\*"
)
_CURRENCY = frozenset("$€£¥")
_SUFFIXES = frozenset((")", "%", ")%", "%)", "pts"))
_SIGNS = _CURRENCY | _SUFFIXES


@dataclass(slots=True)
class Cell:
    """Words of a line that stand together, and the edges around them in points."""

    texts: list[str]
    words: list[Words]
    left: float
    right: float
    lower: float
    height: float

    @property
    def text(self) -> str:
        """What it says."""
        return " ".join(self.texts)

    @property
    def is_number(self) -> bool:
        """Whether it is a number, with its currency or percent, or a sign for none."""
        return _NUMBER.fullmatch(self.text) is not None

    @property
    def middle(self) -> float:
        """Of its width."""
        return (self.left + self.right) / 2

    def take(self, other: "Cell") -> None:
        """Put what stands right of it into it."""
        self.texts += other.texts
        self.words += other.words
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)


def whole_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines put together that are one row: numbers behind a label, or further numbers."""
    waiting: Line | None = None
    for line in lines:
        if waiting is None:
            waiting = line
        elif _goes_on(waiting, line):
            text = f"{waiting.text} {line.text}"
            waiting = replace(waiting, text=text, words=[*waiting.words, *line.words])
        else:
            yield waiting
            waiting = line
    if waiting is not None:
        yield waiting


def _goes_on(line: Line, other: Line) -> bool:
    if line.foot is None or other.top is None or len(line.words) > MOST_WORDS:
        return False
    beside = abs(line.foot - other.top) < line.size * SAME_HEIGHT
    return (
        beside
        and other.words[0][0][0] > line.words[-1][-1][2]
        and all(cell.is_number or cell.text in _SIGNS for cell in cells_of(other))
    )


def cells_of(line: Line) -> list[Cell]:
    """The line's words, parted where the gap is wide and before the sign of a currency."""
    texts = line.text.split()
    if len(texts) != len(line.words):
        return []
    cells: list[Cell] = []
    for text, word in zip(texts, line.words, strict=True):
        left, lower, right, upper = word[0]
        last = cells[-1] if cells else None
        if last is not None and (
            left - last.right <= WIDE * (upper - lower)
            and not (text in _CURRENCY and last.is_number)
        ):
            last.take(Cell([text], [word], left, right, lower, upper - lower))
        else:
            cells.append(Cell([text], [word], left, right, lower, upper - lower))
    return list(_joined(cells))


def _joined(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Signs of currencies put before their numbers, and signs that follow numbers behind them."""
    waiting: Cell | None = None
    for cell in cells:
        if waiting is None:
            waiting = cell
        elif waiting.text in _CURRENCY or (cell.text in _SUFFIXES and waiting.text[-1:].isdigit()):
            waiting.take(cell)
        else:
            yield waiting
            waiting = cell
    if waiting is not None:
        yield waiting
