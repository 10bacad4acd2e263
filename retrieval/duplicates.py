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
_USUAL = r"""!"'()*,\-./:;?\[\\\]`{|}‐‑–—“”„‘’«»…·•"""
"""What mostly says nothing is passed over by the expression itself; the rest is looked at."""
_HYPHEN = re.compile(rf"[-‐‑\u00ad](?<={_LETTER}.)(?:[ \t]{{0,8}}\n\s{{0,40}})?(?={_LETTER})")
_TOKEN = re.compile(rf"{_LETTER}+|{_NUMBER}|[^\w\s{_USUAL}]")
_PLAIN = re.compile(
    r"[a-z]+|[0-9]+(?:[.,:/][0-9]+)*|(?<!\w)[-+(][0-9]+(?:[.,:/][0-9]+)*|[#$%&+<=>@~]", re.ASCII
)
"""The same tokens of a text in small ASCII letters, which are most, found in half the time."""
_TELLING = frozenset("%‰§#&@")
_DRAWN = re.compile("[\ufb00-\ufdfb\ufe70-\ufefc\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc]+")
"""Ligatures, letters in the form of their place, wide ones. No digits: ² is not 2."""

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
        self._asked = ("", essence(""))

    def add(self, holder: Holder, text: str) -> None:
        """Note what the holder tells."""
        self._told.setdefault(holder, []).append(self._essence(text))

    def holder(self, text: str) -> Holder | None:
        """Who tells all of it, the first of them; None where nobody does."""
        asked = self._essence(text)
        inside = len(asked) >= LEAST
        for holder, texts in self._told.items():
            if any(asked == told or (inside and asked in told) for told in texts):
                return holder
        return None

    def _essence(self, text: str) -> str:
        """What was asked last is mostly what is noted next."""
        if text != self._asked[0]:
            self._asked = (text, essence(text))
        return self._asked[1]


def essence(text: str) -> str:
    """The words, numbers and signs of a text, a space before, between and behind them.

    A number keeps its sign and its marks: `1 | 23` is not `12 | 3`, nor `(5)` `5`.
    """
    if text.isascii():
        return f" {' '.join(_PLAIN.findall(_HYPHEN.sub('', text.lower())))} "
    drawn = _DRAWN.sub(lambda match: normalize("NFKC", match[0]), text)
    tokens: list[str] = _TOKEN.findall(_HYPHEN.sub("", drawn.casefold()))
    return f" {' '.join([each for each in tokens if each.isalnum() or _tells(each)])} "


def _tells(token: str) -> bool:
    if len(token) > 1 or token in _TELLING:
        return True
    kind = category(token)
    return kind[0] in "MS" and kind != "Sk"
