"""Words of a text as they are compared: folded and a little stemmed; Chinese by character."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d+(?:[.,]\d+)*|[^\W\d_]+", re.UNICODE
)
_SUFFIXES: Final = (
    "ations",
    "ation",
    "ingly",
    "ings",
    "edly",
    "ing",
    "ies",
    "ied",
    "ed",
    "es",
    "ly",
)
_STEM: Final = 4
"""Letters that a stem keeps at least."""

STOP_WORDS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        a an and any are as at be been by can could did do does for from had has have how i if in
        into is it its many me much my of on or our shall should tell than that the their them
        there these they this those to was we were what when where which who whom whose why will
        with would you your about according also
        der die das den dem des ein eine einer eines einem einen und oder ist sind war waren wird
        werden wie was wer wo wann warum welche welcher welches mit von zu zum zur im in auf aus
        für bei nach über um es er sie ich wir ihr nicht auch
        el la los las un una de del y o en es son fue era que qué cuál cuáles quién cuándo dónde
        cómo por para con se su al lo
        """,
    )
)


def words_of(text: str) -> list[str]:
    """Give the words that carry meaning, in order; one Chinese or Japanese character is a word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [stem(word) for word in _WORD.findall(folded) if word not in STOP_WORDS]


def stem(word: str) -> str:
    """Take a common English ending off; crude, but the same for question and sentence."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _STEM:
            return word.removesuffix(suffix)
    if len(word) > _STEM and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:-1] if len(word) > _STEM and word.endswith("e") else word
