"""Words of scripts that run from right to left, with their letters in the order of reading.

Files hold such letters as they follow each other on the page from the left, or in the order of
reading, or in pieces of both; readers turn some of it round. Where each letter stands settles it.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SHAPES = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile(
    r"[0-9\u0660-\u0669\u06f0-\u06f9A-Za-z\u00c0-\u024f]+(?:[.,:/%-][0-9A-Za-z]+)*"
)


def in_reading_order(word: str, spans: Sequence[tuple[float, float]]) -> str:
    """The word's letters in reading order, in their plain shapes.

    Args:
        word: As the file has it.
        spans: Left and right edge of each of its characters.
    """
    letters = [place for place, letter in enumerate(word) if not unicodedata.combining(letter)]
    middles = [(left + right) / 2 for left, right in spans]
    if len(letters) > 1 and len(set(middles)) == 1:
        # Of a text that the file gives for a picture of it: pdfium turns that round as a whole.
        word = word[::-1]
    elif any(middles[one] < middles[two] for one, two in pairwise(letters)):
        word = _turned(word, letters, middles)
    if _SHAPES.search(word):
        word = unicodedata.normalize("NFKC", word)
    return word


def _turned(word: str, letters: Sequence[int], middles: Sequence[float]) -> str:
    """From the right to the left, each mark behind the letter that it stands over."""
    marks: dict[int, str] = {}
    for place, mark in enumerate(word):
        if unicodedata.combining(mark) and letters:
            over = min(letters, key=lambda letter: abs(middles[letter] - middles[place]))
            marks[over] = marks.get(over, "") + mark
    # Letters of one shape (lam and alif) came turned round where the word did.
    back = -1 if middles[letters[0]] < middles[letters[-1]] else 1
    ordered = sorted(letters, key=lambda letter: (-middles[letter], letter * back))
    turned = "".join(word[letter] + marks.get(letter, "") for letter in ordered)
    # Numbers and Latin letters run from the left within it.
    return _LEFT_TO_RIGHT.sub(lambda found: found[0][::-1], turned)
