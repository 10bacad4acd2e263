"""Plain text in any encoding: paragraphs at blank lines."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from ingest.errors import EmptyFile
from ingest.parsed import Block, Page, ParsedDocument
from ingest.parsers.draft import clean
from ingest.parsers.latin import is_latin, latin_codec
from ingest.sniff import utf16_order

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 64 * 1024
_REPLACED = re.compile("\ufffd+")
_UTF8_PAIR = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
_RIGHT_PER_WRONG = 10
"""Legacy text hardly ever looks like UTF-8 by chance, let alone so much more often than not."""
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")


def decode(data: bytes) -> str:
    """Text of bytes whose encoding nobody states: a mark, UTF-8, then the likeliest legacy one."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    order = utf16_order(data)
    if order is not None:
        return data.decode(order, "replace")
    if _is_mostly_utf8(data):
        return data.decode("utf-8", "replace")
    return data.decode(_legacy(data), "replace")


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether a few broken bytes stand in text that is UTF-8 otherwise."""
    wrong = len(_REPLACED.findall(data.decode("utf-8", "replace")))
    right = len(_UTF8_PAIR.findall(data))
    return right > wrong * _RIGHT_PER_WRONG


def _legacy(data: bytes) -> str:
    """Guess from a sample around the first byte that is not ASCII, where the evidence is."""
    first = next((place for place, byte in enumerate(data) if byte > 0x7F), 0)  # noqa: PLR2004 # The end of ASCII.
    start = max(0, first - _SAMPLE_BYTES // 4)
    sample = data[start : start + _SAMPLE_BYTES]
    best = from_bytes(sample).best()
    return latin_codec(sample) if best is None or is_latin(best.encoding) else best.encoding


def parse(path: Path) -> ParsedDocument:
    """Read a text file.

    Raises:
        EmptyFile: There is nothing but white space.
    """
    text = clean(decode(path.read_bytes()))
    if not text.strip():
        raise EmptyFile("There is no text in this file.")
    blocks = [Block("paragraph", *match.span()) for match in _PARAGRAPH.finditer(text)]
    return ParsedDocument(text, [Page(1, 0, len(text))], blocks, paged=False)
