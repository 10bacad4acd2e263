"""Pages of a PDF that are pictures of text: which they are, and such a page as pixels."""

import ctypes
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.errors import CorruptFile
from ingest.parsers.printed import Line

FEW_LETTERS = 60
"""A page with fewer may be a scan that was stamped or numbered; one with more is taken as read."""
COVERED = 0.5
"""Share of the page that a picture has to cover for such a page to be a scan."""
UNREADABLE = 0.3
"""Share of signs without meaning from which on a text layer is none.

Fonts that do not say which letters they draw give control and private characters. Of the 340
pages of the sample reports and PDFs none has a single one.
"""
OBJECTS_LOOKED_AT = 2_000
"""Of a page; beyond, it is drawn rather than scanned."""
RESOLUTION = 300
"""Pixels an inch: what tesseract's models were trained on."""
MOST_PIXELS = 9_000_000
"""A4 at `RESOLUTION`; larger pages are drawn coarser. One byte each."""

_SIGN = re.compile(r"\S")
_MEANINGLESS = re.compile(
    "[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010fffd]"
)
_LETTER = re.compile(r"[^\W_]")
_DRAWN = {pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_FORM}


def is_scan(page: pdfium.PdfPage, text: str, lines: Sequence[Line]) -> bool:
    """Whether the page's words are in what it shows rather than in its text layer.

    Args:
        page: The page, open.
        text: Its text layer as pdfium gives it.
        lines: What was read from that.
    """
    meaningless = len(_MEANINGLESS.findall(text))
    if meaningless and meaningless > UNREADABLE * len(_SIGN.findall(text)):
        return True
    letters = 0
    for line in lines:
        letters += len(_LETTER.findall(line.text))
        if letters >= FEW_LETTERS:
            return False
    return _pictured(page, least=COVERED if letters else 0.0)


def _pictured(page: pdfium.PdfPage, *, least: float) -> bool:
    """Whether a picture covers that share of the page; where it is 0, whether anything is drawn."""
    across, down = page.get_size()
    for place in range(min(_COUNT(page.raw), OBJECTS_LOOKED_AT)):
        item = _OBJECT(page.raw, place)
        kind = _KIND(item)
        if kind not in _DRAWN:
            continue
        if not least:
            return True
        if kind != pdfium_c.FPDF_PAGEOBJ_PATH and _area(item) >= least * across * down:
            return True
    return False


def _area(item: Any) -> float:  # noqa: ANN401 # A ctypes pointer.
    edges = [ctypes.c_float() for _ in range(4)]
    if not _BOUNDS(item, *edges):
        return 0.0
    left, lower, right, upper = (edge.value for edge in edges)
    return abs(right - left) * abs(upper - lower)


# pypdfium2 has no types.
_RAW = cast("Any", pdfium_c)
_COUNT = _RAW.FPDFPage_CountObjects
_OBJECT = _RAW.FPDFPage_GetObject
_KIND = _RAW.FPDFPageObj_GetType
_BOUNDS = _RAW.FPDFPageObj_GetBounds


def page_scan(path: Path, page_number: int) -> tuple[bytes, int]:
    """Draw a page, numbered from 1, for text recognition.

    Returns:
        A grey picture as PGM, which needs no packing, and its pixels an inch.

    Raises:
        CorruptFile: The file cannot be opened, has no such page, or cannot be drawn.
    """
    try:
        with pdfium.PdfDocument(path) as document:
            page = document[page_number - 1]
            across, down = page.get_size()
            scale = min(RESOLUTION / 72, (MOST_PIXELS / max(across * down, 1)) ** 0.5)
            bitmap = cast("Any", page).render(scale=scale, grayscale=True)
            return _pgm(bitmap), round(scale * 72)
    except (pdfium.PdfiumError, IndexError):
        raise CorruptFile("This page cannot be shown.") from None


def _pgm(bitmap: Any) -> bytes:  # noqa: ANN401 # pypdfium2 has no types.
    """Grey rows one after the other (netpbm, P5)."""
    width, height, stride = int(bitmap.width), int(bitmap.height), int(bitmap.stride)
    pixels = memoryview(bitmap.buffer).cast("B")
    rows = b"".join(pixels[y * stride : y * stride + width] for y in range(height))
    return b"P5 %d %d 255\n" % (width, height) + rows
