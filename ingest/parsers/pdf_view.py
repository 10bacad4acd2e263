"""A PDF page as a picture, and where a passage stands on it."""

import struct
import sys
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.errors import CorruptFile
from ingest.parsed import Rect
from ingest.parsers.pdf_lines import on_device

MAX_WIDTH = 2000
"""Pixels; the picture of a page twice as high then takes 24 MB unpacked."""
MAX_RATIO = 4
"""Height over width; a longer page is drawn smaller."""


def page_image(path: Path, page_number: int, width: int) -> bytes:
    """Draw a page, annotations included, as a PNG of that many pixels' width.

    Raises:
        CorruptFile: The file cannot be opened, has no such page, or cannot be drawn.
    """
    with _Opened(path, page_number) as page:
        across, down = page.get_size()
        wanted = max(1, min(width, MAX_WIDTH))
        scale = min(wanted / max(across, 1), wanted * MAX_RATIO / max(down, 1))
        untyped = cast("Any", page)
        return _png(untyped.render(scale=scale, rev_byteorder=True, force_bitmap_format=_RGB))


_RGB = pdfium_c.FPDFBitmap_BGR


class _Opened:
    """One page of a file, closed again with the file."""

    def __init__(self, path: Path, page_number: int) -> None:
        self._path = path
        self._number = page_number

    def __enter__(self) -> pdfium.PdfPage:
        try:
            self._document = pdfium.PdfDocument(self._path)
            return self._document[self._number - 1]
        except (pdfium.PdfiumError, IndexError):
            raise CorruptFile("This page cannot be shown.") from None

    def __exit__(self, *_: object) -> None:
        self._document.close()


def _png(bitmap: Any) -> bytes:  # noqa: ANN401 # pypdfium2 has no types.
    """Pack RGB rows as a PNG (ISO/IEC 15948): eight bits, colour type 2, no filter."""
    pixels = memoryview(bitmap.buffer).cast("B")
    row = int(bitmap.width) * 3
    packer = zlib.compressobj(level=3)
    packed = bytearray()
    for y in range(bitmap.height):
        packed += packer.compress(b"\x00")
        packed += packer.compress(pixels[y * bitmap.stride : y * bitmap.stride + row])
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", bytes(packed)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(*chunk) for chunk in chunks)


def _png_chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def passage_rects(path: Path, page_number: int, page_text: str, start: int, end: int) -> list[Rect]:
    """Where a stretch of a page's stored text stands on the page.

    White space, hyphens and marks are left out of the comparison, so that what reading joined,
    spelt out or dropped does not matter.

    Args:
        path: The PDF.
        page_number: From 1.
        page_text: The page's text as stored.
        start: Where the passage begins in `page_text`.
        end: Where it ends.

    Returns:
        Boxes in reading order, one a run of type; none where the passage is not found, as on
        pages whose text the second reader gave.

    Raises:
        CorruptFile: The file cannot be opened or has no such page.
    """
    with _Opened(path, page_number) as page:
        text_page = page.get_textpage()
        letters, places = _letters(text_page)
        before = len(_bare(page_text[:start]))
        wanted = _bare(page_text[start:end])
        found = _nearest(letters, wanted, before)
        if not wanted or found < 0:
            return []
        first, last = places[found], places[found + len(wanted) - 1]
        return list(_boxes(page, text_page, first, last - first + 1))


def _bare(text: str) -> str:
    """Letters, digits and signs only, in their plainest form."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if letter != "-" and unicodedata.category(letter)[0] not in "ZCM"
    )


def _letters(text_page: pdfium.PdfTextPage) -> tuple[str, Sequence[int]]:
    """The page's bare letters, and for each the index of the character that it came from."""
    letters: list[str] = []
    places: list[int] = []
    for index in range(text_page.count_chars()):
        code = int(pdfium_c.FPDFText_GetUnicode(text_page.raw, index))
        bare = _bare(chr(code)) if 0 < code <= sys.maxunicode else ""
        letters.append(bare)
        places.extend([index] * len(bare))
    return "".join(letters), places


def _nearest(letters: str, wanted: str, place: int) -> int:
    """The occurrence of `wanted` that begins closest to `place`; -1 where there is none."""
    after = letters.find(wanted, place)
    if after == place:
        return after
    before = letters.rfind(wanted, 0, place + len(wanted))
    candidates = [found for found in (before, after) if found >= 0]
    return min(candidates, key=lambda found: abs(found - place), default=-1)


def _boxes(
    page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, first: int, count: int
) -> Iterator[Rect]:
    for number in range(text_page.count_rects(first, count)):
        left, bottom, right, top = cast("Any", text_page).get_rect(number)
        one, two = _within(page, left, top), _within(page, right, bottom)
        x, y = min(one[0], two[0]), min(one[1], two[1])
        yield Rect(x, y, abs(one[0] - two[0]), abs(one[1] - two[1]))


def _within(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = on_device(page, x, y)
    return min(1.0, max(0.0, across)), min(1.0, max(0.0, down))
