"""Lines of a PDF page and what their type and place say: paragraphs and headings.

Only the first character of a line is measured: asking pdfium for every character costs twice
the time of reading the text.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.parsers.draft import Draft

LINE_BREAK = "\r\n"
HYPHENS = "\x02\ufffe"
"""What pdfium puts where it joined a word that a line break had divided."""
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
NAME_BYTES = 128
"""Room for a font's name."""
LARGER = 1.12
"""A heading's type is this much larger than that of the text."""
SMALLER = 0.9
"""A bold line in type smaller than this is a table's caption or a note, not a heading."""
WIDE_GAP = 1.35
"""A gap this much wider than the usual one between lines begins a paragraph."""
MAX_HEADING = 120
"""Characters; what is longer is no heading."""
MAX_LEVELS = 4

_DIVIDED = re.compile(f"(?<=[^\\W\\d_])[{HYPHENS}](?=[^\\W\\d_])")
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|CMBX", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_NUMBERS = re.compile(r"(?:[\d.,%$€£()–—-]+\s*){2,}$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page.

    Attributes:
        text: As stored, but for `clean`.
        size: Height of its type in points, rounded to halves; 0 where unknown.
        bold: Whether its first character is.
        top: Distance of its foot from the page's lower edge in points; None where unknown.
    """

    text: str
    size: float = 0.0
    bold: bool = False
    top: float | None = None


def read_lines(document: pdfium.PdfDocument, place: int) -> list[Line]:
    """Lines of the page at `place`, from 0, in pdfium's reading order.

    Raises:
        pypdfium2.PdfiumError: The page cannot be loaded.
    """
    page = document[place]
    try:
        text_page = page.get_textpage()
        try:
            return list(_measured(text_page.raw, raw_text(text_page)))
        finally:
            text_page.close()
    finally:
        page.close()


def raw_text(text_page: pdfium.PdfTextPage) -> str:
    """The page's text as pdfium counts it; characters beyond the basic plane count as two."""
    count = text_page.count_chars()
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium_c.FPDFText_GetText(text_page.raw, 0, count, buffer)
    units = bytes(memoryview(buffer)[: max(written - 1, 0)])
    return units.decode("utf-16-le", "surrogatepass")


def _measured(handle: Any, text: str) -> Iterator[Line]:  # noqa: ANN401 # A ctypes pointer.
    position = 0
    for line in text.split(LINE_BREAK):
        blank = len(line) - len(line.lstrip())
        units = position + blank
        position += _units(line) + len(LINE_BREAK)
        if blank == len(line):
            continue
        index = pdfium_c.FPDFText_GetCharIndexFromTextIndex(handle, units)
        foot, size = _foot_and_size(handle, index)
        yield Line(readable(line), size, _is_bold(handle, index), foot)


def _units(line: str) -> int:
    return len(line) if line.isascii() else len(line.encode("utf-16-le", "surrogatepass")) // 2


def _foot_and_size(handle: Any, index: int) -> tuple[float | None, float]:  # noqa: ANN401 # A ctypes pointer.
    """Where the line stands and how large its type is on the page.

    The loose box is the same for all letters of a font. The font's nominal size would not do:
    pages are scaled.
    """
    box = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFText_GetLooseCharBox(handle, index, box):
        return None, 0.0
    return float(box.bottom), round(float(box.top - box.bottom) * 2) / 2


def _is_bold(handle: Any, index: int) -> bool:  # noqa: ANN401 # A ctypes pointer.
    """By the font's name: the weight that pdfium reckons is high for italics too."""
    name = ctypes.create_string_buffer(NAME_BYTES)
    pdfium_c.FPDFText_GetFontInfo(handle, index, name, NAME_BYTES, None)
    return _BOLD_NAME.search(name.value) is not None


def readable(line: str) -> str:
    """Divided words joined, ligatures spelt out, surrogate halves dropped."""
    joined = _DIVIDED.sub("", line.translate(LIGATURES))
    for mark in HYPHENS:
        joined = joined.replace(mark, "-")
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "ignore").rstrip()


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
    if above.top is None or below.top is None:
        return 0.0
    return float(max(0, round(above.top - below.top)))


def add_page(draft: Draft, lines: Sequence[Line], typography: Typography) -> None:
    """Put a page's lines into the draft as headings and paragraphs."""
    waiting: list[Line] = []
    level = 0
    for line in lines:
        new_level = typography.heading_level(line)
        breaks = bool(waiting) and (
            new_level != level or typography.begins_paragraph(waiting[-1], line)
        )
        if breaks:
            _add(draft, waiting, level)
            waiting = []
        waiting.append(line)
        level = new_level
    _add(draft, waiting, level)


def _add(draft: Draft, lines: Sequence[Line], level: int) -> None:
    text = "\n".join(line.text for line in lines)
    draft.add("heading" if level else "paragraph", text, level=level)
