"""What type and place of a PDF's lines say: paragraphs and headings."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsers.draft import Draft
from ingest.parsers.pdf_columns import by_column
from ingest.parsers.pdf_tables import rows_of
from ingest.parsers.printed import Line

LARGER = 1.12
"""A heading's type is this much larger than that of the text."""
SMALLER = 0.9
"""A bold line in type smaller than this is a table's caption or a note, not a heading."""
WIDE_GAP = 1.35
"""A gap this much wider than the usual one between lines begins a paragraph."""
MAX_HEADING = 120
"""Characters; what is longer is no heading."""
MAX_LEVELS = 4

_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = re.compile(r"(?:[\d.,%$€£()–—-]+\s*){2,}$")


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in this document.

    Attributes:
        size: Of most of its text, in points.
        bold: Whether most of its text is bold, so that boldness means nothing.
        pitch: Usual distance between the feet of two lines, in points; 0 where unknown.
        heading_sizes: Larger sizes, the largest first.
    """

    size: float
    bold: bool
    pitch: float
    heading_sizes: Sequence[float]

    @classmethod
    def of(cls, pages: Iterable[Sequence[Line]]) -> "Typography":
        """Measure a document."""
        sizes: Counter[float] = Counter()
        weights: Counter[bool] = Counter()
        pitches: Counter[float] = Counter()
        for lines in pages:
            for line in lines:
                sizes[line.size] += len(line.text)
                weights[line.bold] += len(line.text)
            pitches.update(_pitch(above, below) for above, below in pairwise(lines))
        size = sizes.most_common(1)[0][0] if sizes else 0.0
        del pitches[0.0]
        larger = sorted((other for other in sizes if other > size * LARGER), reverse=True)
        return cls(
            size=size,
            bold=weights[True] > weights[False],
            pitch=pitches.most_common(1)[0][0] if pitches else 0.0,
            heading_sizes=larger,
        )

    def heading_level(self, line: Line) -> int:
        """Level of the heading that the line is, from 1; 0 where it is none."""
        text = line.text.strip()
        if not self.size or len(text) > MAX_HEADING or not _LETTER.search(text):
            return 0
        if text.endswith((",", ";", ".")) or _NUMBERS.search(text):
            return 0
        if line.size > self.size * LARGER:
            return min(self.heading_sizes.index(line.size) + 1, MAX_LEVELS)
        if line.bold and not self.bold and line.size >= self.size * SMALLER:
            return min(len(self.heading_sizes) + 1, MAX_LEVELS)
        return 0

    def begins_paragraph(self, above: Line, below: Line) -> bool:
        """Whether the gap between two lines is wider than usual, or they differ in size."""
        if abs(above.size - below.size) > 1:
            return True
        gap = _pitch(above, below)
        return bool(self.pitch) and gap > self.pitch * WIDE_GAP


def _pitch(above: Line, below: Line) -> float:
    """Distance down from one line to the next, rounded to points; 0 where it goes up."""
    if above.foot is None or below.top is None:
        return 0.0
    return float(max(0, round(above.foot - below.top)))


def add_page(draft: Draft, lines: Sequence[Line], typography: Typography) -> list[Line]:
    """Put a page's lines into the draft as headings, tables and paragraphs.

    Returns:
        The lines as they were put, in order.
    """
    rows = rows_of(by_column(lines))
    waiting: list[Line] = []
    state = (0, 0)
    for row in rows:
        heading = 0 if row.table and not row.is_label else typography.heading_level(row.line)
        new_state = (heading, 0 if heading else row.table)
        breaks = bool(waiting) and (
            new_state != state
            or (not row.table and typography.begins_paragraph(waiting[-1], row.line))
        )
        if breaks:
            _add(draft, waiting, *state)
            waiting = []
        waiting.append(row.line)
        state = new_state
    _add(draft, waiting, *state)
    return [row.line for row in rows]


def _add(draft: Draft, lines: Sequence[Line], level: int, table: int) -> None:
    text = "\n".join(line.text for line in lines)
    kind = "heading" if level else "table" if table else "paragraph"
    draft.add(kind, text, level=level)
