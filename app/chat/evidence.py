"""The evidence behind each citation: the best quote inside the cited passage, and its support.

Words are compared, no model is asked: the check must be cheap, the same every time, and readable.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.chat.citations import Marker
from app.chat.events import Citation, Source, Support
from providers.sentences import split_sentences

CLOSE_OVERLAP = 0.6
WEAK_OVERLAP = 0.25
FEWEST_WORDS = 3  # Below this, words in a row prove nothing.
STEM = 5  # Characters by which words of one stem meet: report, reports, reported.
QUOTED_SENTENCES = 2

_WORDS = re.compile(r"\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_DENSE_SCRIPT = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]")
_MARKERS = re.compile(r"\[\d+\]")
_MARKUP = re.compile(r"[*_`#>|]+")
_SHORT = 3


class Span(NamedTuple):
    """Half-open character offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A source with the passage's whole text; `start` of the source is where the text begins.

    Attributes:
        pages: Start offset and number of each page that the passage touches, in order.
    """

    source: Source
    text: str
    pages: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page on which a character of the document stands: a passage may reach over pages."""
        reached = [number for start, number in self.pages if start <= offset]
        return reached[-1] if reached else self.source.page_number


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a passage, by offsets into its text."""

    span: Span
    support: Support


def cite(
    answer: str, markers: Sequence[Marker], sources: Sequence[CitedSource]
) -> tuple[Citation, ...]:
    """One citation for each source and quote that the answer uses, in the order of its use."""
    by_index = {cited.source.index: cited for cited in sources}
    found: dict[tuple[int, Span], Citation] = {}
    for marker, claim in _claims(answer, markers):
        cited = by_index[marker.index]
        quote = find_quote(claim, cited.text)
        found.setdefault((marker.index, quote.span), _citation(cited, quote))
    return tuple(found.values())


def find_quote(claim: str, passage: str) -> Quote:
    """The stretch of the passage that carries the claim best.

    `exact`: the claim stands there word for word. `close`: most of its words do, and all of its
    numbers. `weak`: some do. `none`: a number of the claim is nowhere in the passage, or there is
    nothing in common.
    """
    verbatim = _verbatim(claim, passage)
    if verbatim is not None:
        return Quote(verbatim, "exact")
    wanted, numbers = _terms(claim), _numbers(claim)
    spans = _sentences(passage) or [Span(0, len(passage))]
    windows = [
        Span(spans[first].start, spans[last].end)
        for first in range(len(spans))
        for last in range(first, min(first + QUOTED_SENTENCES, len(spans)))
    ]

    def worth(span: Span) -> tuple[float, int]:
        text = passage[span.start : span.end]
        has_numbers = len(numbers & _numbers(text))
        overlap = _overlap(wanted, _terms(text))
        # The shorter stretch wins a tie, and a second sentence must bring something.
        return (round(overlap + 0.3 * has_numbers - 0.0005 * len(text), 6), -span.start)

    best = max(windows, key=worth)
    text = passage[best.start : best.end]
    return Quote(best, _support(claim, text, passage))


def _support(claim: str, quote: str, passage: str) -> Support:
    numbers = _numbers(claim)
    if not numbers <= _numbers(passage):
        return "none"
    overlap = _overlap(_terms(claim), _terms(quote))
    if overlap >= CLOSE_OVERLAP and numbers <= _numbers(quote):
        return "close"
    return "weak" if overlap >= WEAK_OVERLAP else "none"


def _verbatim(claim: str, passage: str) -> Span | None:
    words = _WORDS.findall(_plain(claim))
    if len(words) < FEWEST_WORDS and not _DENSE_SCRIPT.search(claim):
        return None
    if not words:
        return None
    # White space, case and punctuation between the words do not matter.
    pattern = r"(?<!\w)" + r"\W+".join(re.escape(word) for word in words) + r"(?!\w)"
    found = re.search(pattern, passage, re.IGNORECASE)
    return Span(found.start(), found.end()) if found else None


def _claims(answer: str, markers: Sequence[Marker]) -> list[tuple[Marker, str]]:
    """Each marker with what it stands for, without markers and markup."""
    spans = _sentences(answer)
    return [(marker, _claim(answer, spans, marker.offset)) for marker in markers]


def _claim(answer: str, spans: Sequence[Span], offset: int) -> str:
    """The part of a sentence that a marker closes; behind a full stop, the sentence before it."""
    for span in reversed([span for span in spans if span.start < offset]):
        parts = [
            _plain(part) for part in _MARKERS.split(answer[span.start : min(span.end, offset)])
        ]
        written = [part for part in parts if _WORDS.search(part)]
        if not written:
            continue
        if len(_WORDS.findall(written[-1])) >= FEWEST_WORDS:
            return written[-1]
        return _plain(_MARKERS.sub(" ", answer[span.start : span.end]))
    return _plain(_MARKERS.sub(" ", "".join(answer[a:b] for a, b in spans if a <= offset < b)))


def _sentences(text: str) -> list[Span]:
    return [Span(found.start, found.end) for found in split_sentences(text)]


def _plain(text: str) -> str:
    return _MARKUP.sub(" ", text)


def _terms(text: str) -> frozenset[str]:
    terms: set[str] = set()
    for word in _WORD.findall(text):
        if _DENSE_SCRIPT.search(word):
            terms.update(word[at : at + 2] for at in range(max(len(word) - 1, 1)))
        elif len(word) > _SHORT:
            terms.add(word.casefold()[:STEM])
    return frozenset(terms)


def _numbers(text: str) -> frozenset[str]:
    """Numbers without what groups their digits, so that 1,234 and 1234 meet."""
    return frozenset(_plain_number(number) for number in _NUMBER.findall(_MARKERS.sub(" ", text)))


def _plain_number(number: str) -> str:
    grouped = re.sub(r"[,'’\u00a0\u202f.](?=\d{3}(?:\D|$))", "", number)
    plain = grouped.replace(",", ".").lstrip("0")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _overlap(wanted: frozenset[str], there: frozenset[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 0.0


def _citation(cited: CitedSource, quote: Quote) -> Citation:
    source = cited.source
    return Citation(
        index=source.index,
        chunk_id=source.chunk_id,
        document_id=source.document_id,
        document_name=source.document_name,
        page_number=cited.page_at(source.start + quote.span.start),
        start=source.start + quote.span.start,
        end=source.start + quote.span.end,
        quote=cited.text[quote.span.start : quote.span.end],
        support=quote.support,
        url=source.url,
        document_version=source.document_version,
    )
