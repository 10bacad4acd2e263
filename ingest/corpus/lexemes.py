"""Text as the full-text search must see it: those who write chunks and those who ask use the same.

Postgres splits words at white space and punctuation, and has no stemmer for the scripts below, so
a run of them would be one endless word. Overlapping pairs of characters take the place of words,
as in Lucene's CJK analysis.

It also takes a hyphen before a digit for a sign, a slash for a path and a comma for the end of a
number: `INV-2024/0815` would be found neither by its parts nor as a whole, and `82,959` by every
82 and every 959.

And it can't stem every language with spaces: there, the beginnings of words stand beside them.
"""

import re

from ingest.corpus.stems import beginnings

STEMLESS = "simple"
"""The text search configuration without a stemmer."""

# Thai, Lao, Myanmar, Khmer, Hangul, Kana, Han (with its compatibility and supplementary planes).
_RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3130-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003134f]+"
)
_JOINT = re.compile(r"[-‐‑–/&_:+]")
_PART = r"[^\W_]{1,40}+(?:[.,]\d{1,20}+){0,4}+"
# Bounded, and possessive: what follows must not make hostile text be tried again and again. What
# belongs to an address of the web or of mail stays whole.
_COMPOUND = re.compile(
    rf"(?<![\w/@.:?=&%-]){_PART}(?:{_JOINT.pattern}{_PART}){{1,8}}+(?![\w@]|://)"
)
_NUMBER = re.compile(r"(?<![\w.,])\d{1,20}+(?:[.,]\d{1,20}+){1,10}+(?![\w])")
_GROUPED = re.compile(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")


def searchable(text: str, language: str) -> str:
    """The text for `to_tsvector`, on the document's side and on the question's.

    Args:
        text: What is to be found, or asked.
        language: The text search configuration of the document, or of those that are asked.

    Returns:
        The text with every run of a script that writes no spaces between words turned into its
        overlapping pairs of characters, separated by spaces (a run of one character stays that
        character); with identifiers as their parts and, where a digit or an `&` is in them, once
        more as one word (`10-Q`: `10 Q 10Q`); and with numbers as they are written in English,
        without what groups their digits (`1.234,5`: `1234.5`). All other text as it is; without a
        stemmer, the beginnings of its words stand behind it.
    """
    whole = _RUN.sub(_pairs, _NUMBER.sub(_number, _COMPOUND.sub(_parts, text)))
    if language != STEMLESS or not (begun := " ".join(beginnings(whole))):
        return whole
    return f"{whole} {begun}"


def _parts(match: re.Match[str]) -> str:
    whole = match[0]
    is_identifier = "&" in whole or any(map(str.isdigit, whole))
    if not is_identifier and "/" not in whole:
        return whole  # Words with hyphens are Postgres's own business.
    parts = " ".join(_JOINT.split(whole))
    if not is_identifier:
        return parts
    return f"{parts} {''.join(filter(str.isalnum, whole))}"


def _number(match: re.Match[str]) -> str:
    """One form of a number, whichever marks its language sets."""
    if grouped := _GROUPED.fullmatch(match[0]):
        whole = grouped[1].replace(grouped[2], "")
        return whole if grouped[3] is None else f"{whole}.{grouped[3]}"
    if decimal := _DECIMAL.fullmatch(match[0]):
        return f"{decimal[1]}.{decimal[2]}"
    return match[0]


def _pairs(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) == 1:
        return f" {run} "
    return f" {' '.join(run[at : at + 2] for at in range(len(run) - 1))} "


def unspaced(text: str) -> int:
    """How many characters of the text belong to scripts that write no spaces between words."""
    return sum(len(match[0]) for match in _RUN.finditer(text))
