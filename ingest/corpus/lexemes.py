"""Text as the full-text search must see it: the treaty's word on scripts without spaces.

Postgres splits words at white space and punctuation, and has no stemmer for the scripts below, so
a run of them would be one endless word. Overlapping pairs of characters take the place of words,
as in Lucene's CJK analysis; those who write chunks and those who ask use this same function.
"""

import re

# Thai, Lao, Myanmar, Khmer, Hangul, Kana, Han (with its compatibility and supplementary planes).
_RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3130-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003134f]+"
)


def searchable(text: str) -> str:
    """The text for `to_tsvector`, on the document's side and on the question's.

    Returns:
        The text with every run of a script that writes no spaces between words turned into its
        overlapping pairs of characters, separated by spaces; all other text as it is. A run of
        one character stays that character.
    """
    return _RUN.sub(_pairs, text)


def _pairs(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) == 1:
        return f" {run} "
    return f" {' '.join(run[at : at + 2] for at in range(len(run) - 1))} "


def unspaced(text: str) -> int:
    """How many characters of the text belong to scripts that write no spaces between words."""
    return sum(len(match[0]) for match in _RUN.finditer(text))
