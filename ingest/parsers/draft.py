"""A document under construction: blocks are appended, offsets follow by themselves."""

import re
import unicodedata

from ingest.errors import NoText
from ingest.parsed import Block, BlockKind, Page, ParsedDocument

GAP = "\n\n"
"""What stands between two blocks, and at the end of a page."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"  # Controls, but for the breaks below.
    "\u00ad\u200b\u2060\ufeff"  # Soft hyphen, zero-width space, joiner and mark.
    "\u202a-\u202e\u2066-\u2069"  # Direction overrides: they show text that is not there.
    "\U000e0000-\U000e007f"  # Tags: text that nobody sees.
    "\ufffe\uffff\ud800-\udfff]"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ufe20-\ufe2f"
)
_PILED = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
"""Marks on one letter beyond what any script uses (UAX #15, Stream-Safe Text Format): to put them
in order takes a time that grows with the square of how many they are."""
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Text as it is stored: NFC, the line feed as the only line break, nothing invisible.

    Postgres refuses NUL and JSON refuses lone surrogates; invisible characters serve to hide
    instructions from the reader.
    """
    plain = _UNWANTED.sub("", _BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _PILED.sub(r"\1", plain))


class Draft:
    """Collects blocks page by page."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[Page] = []
        self._page_start = 0

    def add(self, kind: BlockKind, text: str, *, level: int = 0) -> None:
        """Append a block; one without visible text is left out."""
        stripped = clean(text).strip()
        if not stripped:
            return
        start = self._length
        self._append(stripped)
        self._blocks.append(Block(kind, start, self._length, level))
        self._append(GAP)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def end_page(self, label: str | None = None) -> None:
        """Close the page; an empty one keeps its number."""
        number = len(self._pages) + 1
        self._pages.append(Page(number, self._page_start, self._length, label))
        self._page_start = self._length

    def finish(
        self, *, paged: bool, title: str | None = None, empty: bool = False
    ) -> ParsedDocument:
        """Close the document.

        Args:
            paged: Whether the page numbers mean something to a reader.
            title: What the document calls itself.
            empty: Whether it may be without text.

        Raises:
            NoText: Nothing visible was added.
        """
        if not self._blocks and not empty:
            raise NoText("There is no text in this file.")
        if not paged:
            self.end_page()
        heading = clean(title or "").strip() or None
        return ParsedDocument("".join(self._parts), self._pages, self._blocks, paged, heading)
