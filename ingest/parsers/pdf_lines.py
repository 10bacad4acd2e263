"""Lines of a PDF page as pdfium reads them, and the box of every word.

Of a word its first and last characters are measured: asking pdfium for every character costs
more than the time of reading the text.
"""

import ctypes
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, cast

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.boxes import GRID, NOWHERE, Box
from ingest.parsers.pdf_direction import RIGHT_TO_LEFT, in_reading_order
from ingest.parsers.pdf_scans import is_scan
from ingest.parsers.printed import DIVISION, HYPHENS, Edges, Line, readable

LINE_BREAK = "\r\n"
MOST_LETTERS = 100
"""Of a word whose letters are put in order; none is longer."""
NAME_BYTES = 128
"""Room for a font's name."""
DEVICE = 1_000_000
"""Device units to which pdfium is asked to put a page, so that its rounding is below a `GRID`."""

_WORD = re.compile(r"\S+")
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|CMBX", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as read.

    Attributes:
        lines: In reading order.
        placing: Turns its points into `GRID` steps; None where pdfium did not read it.
        scan: Whether it is a picture of text, whose words are not, or hardly, among the lines.
    """

    lines: Sequence[Line]
    placing: "Placing | None" = None
    scan: bool = False


@dataclass(frozen=True, slots=True)
class Placing:
    """How points of a page become places on the page as its reader sees it: turned and cropped.

    Attributes:
        across: What a point right, a point up and the origin, as the page is seen, add to the
            distance from the left.
        down: The same for the distance from the top.
    """

    across: tuple[float, float, float]
    down: tuple[float, float, float]

    @classmethod
    def of(cls, page: pdfium.PdfPage, quarters: int) -> "Placing":
        """Ask pdfium where three points go: cropping keeps lines straight.

        Args:
            page: The page.
            quarters: Turns to the right by which edges are turned already, as the reader sees it.
        """
        x, y = on_device(page, 0, 0)
        right_x, right_y = on_device(page, _FAR, 0)
        up_x, up_y = on_device(page, 0, _FAR)
        step = GRID / _FAR
        across = ((right_x - x) * step, (up_x - x) * step, x * GRID)
        down = ((right_y - y) * step, (up_y - y) * step, y * GRID)
        for _ in range(quarters):
            across, down = (across[1], -across[0], across[2]), (down[1], -down[0], down[2])
        return cls(across, down)

    def boxes(self, words: Iterable[Sequence[Edges]]) -> list[list[Box]]:
        """Edges of words as boxes, cut at the page's own edges."""
        (ax, ay, a), (bx, by, b) = self.across, self.down
        upright = ay == bx == 0.0 and ax > 0.0 > by
        found: list[list[Box]] = []
        for word in words:
            parts: list[Box] = []
            for left, lower, right, upper in word:
                if upright:
                    x, to_x = ax * left + a, ax * right + a
                    y, to_y = by * upper + b, by * lower + b
                else:
                    x, to_x = sorted((ax * left + ay * upper + a, ax * right + ay * lower + a))
                    y, to_y = sorted((bx * left + by * upper + b, bx * right + by * lower + b))
                if x < 0.0 or y < 0.0 or to_x > GRID or to_y > GRID:
                    x, y, to_x, to_y = (min(max(0.0, each), GRID) for each in (x, y, to_x, to_y))
                parts.append((int(x + 0.5), int(y + 0.5), int(to_x + 0.5), int(to_y + 0.5)))
            found.append(parts or [NOWHERE])
        return found


_FAR = 500.0
"""Points between those that pdfium is asked about."""
_TO_DEVICE = cast("Any", pdfium_c).FPDF_PageToDevice


def on_device(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point as the reader sees the page, turned and cropped: shares of its width and height.

    From the upper left corner; what lies beyond the page is below 0 or above 1.
    """
    across, down = ctypes.c_int(), ctypes.c_int()
    _TO_DEVICE(page.raw, 0, 0, DEVICE, DEVICE, 0, x, y, across, down)
    return across.value / DEVICE, down.value / DEVICE


def read_sheet(document: pdfium.PdfDocument, place: int) -> Sheet:
    """The page at `place`, from 0, in pdfium's reading order.

    Raises:
        pypdfium2.PdfiumError: The page cannot be loaded.
    """
    page = document[place]
    try:
        text_page = page.get_textpage()
        try:
            quarters = page.get_rotation() // 90 % 4
            reading = _Reading(text_page, quarters)
            lines = list(reading.lines())
            return Sheet(lines, Placing.of(page, quarters), scan=is_scan(page, reading.text, lines))
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


# Looked up once: they are called for every word.
_LOOSE_BOX = pdfium_c.FPDFText_GetLooseCharBox
_FLOATS = struct.Struct("4f").unpack


class _Reading:
    """One page being read.

    Attributes:
        text: Its text layer as pdfium gives it.
    """

    def __init__(self, text_page: pdfium.PdfTextPage, quarters: int) -> None:
        self._quarters = quarters
        self._handle: Any = text_page.raw
        self.text = raw_text(text_page)
        self._units: list[int] | None = None
        if len(self.text) != text_page.count_chars():
            # Text and characters are counted apart where some characters have no text.
            sizes = (1 + (letter > "\uffff") for letter in self.text)
            self._units = list(accumulate(sizes, initial=0))
        self._memory = bytearray(16)
        self._box = ctypes.byref(pdfium_c.FS_RECTF.from_buffer(self._memory))
        self._name = ctypes.create_string_buffer(NAME_BYTES)

    def lines(self) -> Iterator[Line]:
        """Lines with visible text."""
        position = 0
        for raw in self.text.split(LINE_BREAK):
            spans = [match.span() for match in _WORD.finditer(raw)]
            if spans and (line := self._line(raw, spans, position)) is not None:
                yield line
            position += len(raw) + len(LINE_BREAK)

    def _line(self, raw: str, spans: Sequence[tuple[int, int]], position: int) -> Line | None:
        words = [raw[start:end] for start, end in spans]
        if RIGHT_TO_LEFT.search(raw):
            words = [
                self._readable_from_the_right(word, position + start)
                for word, (start, _) in zip(words, spans, strict=True)
            ]
        text = readable(" ".join(words))
        if len(text.split()) != len(words):
            # Some words are of nothing visible.
            pairs = [
                (word, span)
                for raw_word, span in zip(words, spans, strict=True)
                if (word := readable(raw_word))
            ]
            words, spans = [word for word, _ in pairs], [span for _, span in pairs]
            text = " ".join(words)
        if not words:
            return None
        places = [
            self._places(word, position + start, position + end)
            for word, (start, end) in zip(words, spans, strict=True)
        ]
        first = places[0][0]
        size = round((first[3] - first[1]) * 2) / 2
        return Line(text, size, self._is_bold(position + spans[0][0]), places)

    def _readable_from_the_right(self, word: str, start: int) -> str:
        if len(word) == 1 or len(word) > MOST_LETTERS or not RIGHT_TO_LEFT.search(word):
            return word
        edges = [self._loose(start + place) for place in range(len(word))]
        return in_reading_order(word, [(left, right) for left, _, right, _ in edges])

    def _places(self, word: str, start: int, end: int) -> list[Edges]:
        """Where the characters `[start, end)` of the text stand: each part by itself."""
        if word.isascii() and DIVISION not in word:
            return [self._edges(start, end - 1)]
        marks = [place for place in range(start + 1, end - 1) if self.text[place] in HYPHENS]
        starts = [start, *(place + 1 for place in marks)]
        ends = [*(place - 1 for place in marks), end - 1]
        return [self._edges(*span) for span in zip(starts, ends, strict=True)]

    def _edges(self, first: int, last: int) -> Edges:
        """Around two characters and what lies between.

        The loose box is as high for all letters of a font. The font's nominal size would not do:
        pages are scaled.
        """
        left, upper, right, lower = self._loose(first)
        if first == last:
            return left, lower, right, upper
        other_left, other_upper, other_right, other_lower = self._loose(last)
        if lower == other_lower and upper == other_upper and left <= other_left:
            return left, lower, other_right, upper
        return (
            min(left, other_left),
            min(lower, other_lower),
            max(right, other_right),
            max(upper, other_upper),
        )

    def _loose(self, place: int) -> Edges:
        """Left, upper, right and lower edge; nothing but zeros where pdfium does not say."""
        index = place if self._units is None else self._index(place)
        if not _LOOSE_BOX(self._handle, index, self._box):
            return 0.0, 0.0, 0.0, 0.0
        left, upper, right, lower = _FLOATS(self._memory)
        match self._quarters:
            case 0:
                return left, upper, right, lower
            case 1:
                return lower, -left, upper, -right
            case 2:
                return -right, -lower, -left, -upper
            case _:
                return -upper, right, -lower, left

    def _index(self, place: int) -> int:
        if self._units is None:
            return place
        return int(pdfium_c.FPDFText_GetCharIndexFromTextIndex(self._handle, self._units[place]))

    def _is_bold(self, place: int) -> bool:
        """By the font's name: the weight that pdfium reckons is high for italics too."""
        pdfium_c.FPDFText_GetFontInfo(
            self._handle, self._index(place), self._name, NAME_BYTES, None
        )
        return _BOLD_NAME.search(self._name.value) is not None
