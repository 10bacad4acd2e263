"""A printed line: its text, its type, and where its words stand, whoever read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ingest.parsers.draft import clean

HYPHENS = "\x02\ufffe"
"""What pdfium puts where it joined a word that a line break had divided."""
DIVISION = "\x02"
"""Stands in a line's text for both of them, until it is known whether a hyphen belongs there."""
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)

_HYPHEN = re.compile(f"[{HYPHENS}]")

Edges: TypeAlias = tuple[float, float, float, float]
"""Left, lower, right and upper edge in points, rightwards and upwards as the page is seen."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page.

    Attributes:
        text: As stored, but for `DIVISION`.
        size: Height of its type in points, rounded to halves; 0 where unknown.
        bold: Whether its first character is.
        words: Where each word of `text` stands: once, or once for each part where a line's end
            divides it; nowhere where it is repeated from elsewhere. Empty where that is unknown.
    """

    text: str
    size: float = 0.0
    bold: bool = False
    words: Sequence[Sequence[Edges]] = ()

    @property
    def top(self) -> float | None:
        """Distance of its first word's foot from the page's lower edge in points, if known."""
        return self.words[0][0][1] if self.words and self.words[0] else None

    @property
    def foot(self) -> float | None:
        """The same of its last word, which is lower where a divided word was joined."""
        return self.words[-1][-1][1] if self.words and self.words[-1] else None


def readable(text: str) -> str:
    """Ligatures spelt out, nothing invisible, and `DIVISION` where a line's end divided a word."""
    if text.isascii() and text.isprintable():
        return text
    parts = _HYPHEN.split(text.translate(LIGATURES))
    return DIVISION.join(
        clean(part.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")) for part in parts
    )
