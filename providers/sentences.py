"""Cut text into sentences without losing an offset: pure, linear in the text's length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 600
"""Characters; a longer run without an end (a table in prose's clothes) is cut at a space."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a text; `text[start:end] == content`, with no space at either end."""

    content: str
    start: int
    end: int


_LINE_BREAK = re.compile(
    r"\n[ \t]*\n\s*"
    r"|\n(?=[ \t]*(?:[-*+•▪–|#>]|\d{1,3}[.)]\s)|[^\n|]{1,200} \| )"
    r"|(?<=\|)[ \t]*\n"
)
"""Ends a block: an empty line, or the next line being an item, a row, a heading or a quote."""

_STOP = re.compile(
    r"[。！？｡]+[」』”’）)\"']*"
    r"|[.!?…]+[\"'”’»)\]]*(?=\s|$)"
)
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
        mr mrs ms dr prof sr jr st vs etc inc ltd co corp no nos fig figs eq vol pp ed eds al approx
        dept est gen gov hon rep sen rev u.s u.k u.n e.g i.e a.m p.m ph.d cf ca viz resp sec art
        jan feb mar apr jun jul aug sep sept oct nov dec
        bzw z.b d.h u.a usw nr abs bspw evtl ggf vgl sog str tel inkl zzgl mio mrd
        sra srta ud uds pág núm ee.uu
        """,
    )
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“„«|]+$")
_NUMBERING = re.compile(r"\s*[-*#>\s]*(?:\d{1,3}|[a-zA-Z])")
_LOWER = re.compile(r"[\"'“„«(\[]*[a-zß-öø-ÿ]")
_ORDINAL = 2
"""Digits of a day of the month."""
_WINDOW = 24
"""Characters looked back for the word before a stop; longer words are no abbreviations."""


def split_sentences(text: str) -> list[Sentence]:
    """Cut a text into sentences, list items, table rows and headings, in their order.

    Abbreviations, initials, decimal and ordinal numbers do not end a sentence; Chinese and
    Japanese stops do, without a space behind them. Every character that is no space is in
    exactly one sentence.
    """
    return [
        sentence
        for start, end in _blocks(text)
        for first, last in _cuts(text, start, end)
        for sentence in _pieces(text, first, last)
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE_BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for match in _STOP.finditer(text, start, end):
        if match.group()[0] in ".!?…" and not _ends(text, first, match, end):
            continue
        yield first, match.end()
        first = match.end()
    yield first, end


def _ends(text: str, start: int, match: re.Match[str], end: int) -> bool:
    stop, behind = match.span()
    if behind >= end:
        return True
    following = text[behind : behind + _WINDOW].lstrip()
    if _LOWER.match(following):
        return False
    if text[stop] != ".":
        return True
    if _NUMBERING.fullmatch(text, start, stop):
        return False
    found = _LAST_WORD.search(text[max(stop - _WINDOW, 0) : stop])
    word = found.group().lower() if found else ""
    is_initial = len(word) == 1 and word.isalpha()
    is_ordinal = (
        word.isdigit() and len(word) <= _ORDINAL and text[stop - len(word) - 1 : stop][:1] == " "
    )
    return word not in _ABBREVIATIONS and not (is_initial or (is_ordinal and _is_month(following)))


_MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")


def _is_month(following: str) -> bool:
    return following.startswith(_MONTHS)


def _pieces(text: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end:
        stop = end
        if end - start > LONGEST:
            space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
            stop = space if space > 0 else start + LONGEST
        content = text[start:stop]
        left = start + len(content) - len(content.lstrip())
        content = content.strip()
        if content:
            yield Sentence(content, left, left + len(content))
        start = stop
