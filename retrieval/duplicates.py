"""Texts that say the same: copies of a document, its versions, the same words in another format."""

import re
from collections.abc import Hashable
from typing import Generic, TypeVar
from unicodedata import category, normalize

LEAST = 40
"""Characters from which on a text is looked for inside others; a shorter one ("Total", "Yes.") must
be all that the other says, since it stands within many by chance."""

_LETTER = r"[^\W\d_]"
_NUMBER = r"(?:(?<!\w)[-−+(])?\d+(?:[.,:/]\d+)*"
_HYPHEN = re.compile(rf"(?<={_LETTER})[-‐‑\u00ad](?:\s*\n\s*)?(?={_LETTER})")
_TOKEN = re.compile(rf"{_NUMBER}|{_LETTER}+|[^\w\s]")
_TELLING = frozenset("%‰§#&@")
_SILENT = frozenset("|")

Holder = TypeVar("Holder", bound=Hashable)


class Told(Generic[Holder]):
    """What has been told already, and by whom.

    A text is folded where each of its words, numbers and signs stands, in the same order, in what
    one holder tells: what makes the difference between two files of one text (case, white space,
    punctuation, hyphenation, ligatures, marks of formatting, where it was cut) does not count.

    A share of common shingles would fold more, and too much: of 120 words, "six" in place of
    "three", a "not", or the other party's name leaves .95 of them, and that word is what somebody
    asks about. Two versions that differ in it are two passages: a place that one of them takes is
    the smaller loss beside an answer that knows of no change.
    """

    def __init__(self) -> None:
        self._told: dict[Holder, list[str]] = {}

    def add(self, holder: Holder, text: str) -> None:
        """Note what the holder tells."""
        self._told.setdefault(holder, []).append(essence(text))

    def holder(self, text: str) -> Holder | None:
        """Who tells all of it, the first of them; None where nobody does."""
        asked = essence(text)
        inside = len(asked) >= LEAST
        for holder, texts in self._told.items():
            if any(asked == told or (inside and asked in told) for told in texts):
                return holder
        return None


def essence(text: str) -> str:
    """The words, numbers and signs of a text, a space before, between and behind them.

    A number keeps its sign and its marks: `1 | 23` is not `12 | 3`, nor `(5)` `5`.
    """
    joined = _HYPHEN.sub("", text)
    tokens = (match[0] for match in _TOKEN.finditer(joined))
    kept = (_plain(token) for token in tokens if _tells(token))
    return f" {' '.join(kept)} "


def _tells(token: str) -> bool:
    if len(token) > 1 or token.isalnum() or token in _TELLING:
        return True
    kind = category(token)
    return token not in _SILENT and kind[0] in "MS" and kind != "Sk"


def _plain(token: str) -> str:
    """Without case and ligatures; digits are left, since ² would become 2."""
    return normalize("NFKC", token).casefold() if token.isalpha() else token
