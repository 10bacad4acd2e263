"""How good a ranking is: pure functions over spans.

A span is a half-open stretch of one document. A ranked chunk finds a gold span when the two share
at least one character; shares of characters are what span recall and precision are about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`[start, end)` in the text of the document of that name, in characters."""

    document: str
    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character."""
        same = self.document == other.document
        return same and self.start < other.end and other.start < self.end


def recall_at(k: int, found: Sequence[Span], gold: Sequence[Span]) -> float:
    """The share of gold spans that the first `k` found ones touch, 0 to 1."""
    top = found[:k]
    return sum(any(span.overlaps(hit) for hit in top) for span in gold) / len(gold)


def ndcg_at(k: int, found: Sequence[Span], gold: Sequence[Span]) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen, 2002), 0 to 1.

    A found span gains 1 for every gold span that it is the first to touch; the ideal list meets
    one a rank, and what does better than that (several in one chunk) counts as ideal.
    """
    left = list(gold)
    gain = 0.0
    for rank, hit in enumerate(found[:k], start=1):
        missed = [span for span in left if not span.overlaps(hit)]
        gain += (len(left) - len(missed)) / log2(rank + 1)
        left = missed
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))
    return min(1.0, gain / ideal)


def span_recall(found: Iterable[Span], gold: Iterable[Span]) -> float:
    """The share of the gold spans' characters that the found ones cover, 0 to 1."""
    wanted = merged(gold)
    return _shared(merged(found), wanted) / _size(wanted)


def span_precision(found: Iterable[Span], gold: Iterable[Span]) -> float:
    """The share of the found spans' characters that gold ones cover, 0 to 1; 0 for none found."""
    given = merged(found)
    return _shared(given, merged(gold)) / _size(given) if given else 0.0


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as sorted spans that don't overlap."""
    joined: list[Span] = []
    for span in sorted(spans):
        last = joined[-1] if joined else None
        if last and last.document == span.document and span.start <= last.end:
            joined[-1] = Span(last.document, last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def _size(spans: Iterable[Span]) -> int:
    return sum(span.end - span.start for span in spans)


def _shared(one: Iterable[Span], other: Sequence[Span]) -> int:
    return sum(
        max(0, min(a.end, b.end) - max(a.start, b.start))
        for a in one
        for b in other
        if a.document == b.document
    )


def recall_within(characters: int, found: Sequence[Span], gold: Sequence[Span]) -> float:
    """The share of gold spans that the first found ones touch before so many characters are read.

    Lists of short chunks and of long ones are compared by what they cost to read.
    """
    left, read = characters, list[Span]()
    for span in found:
        if left <= 0:
            break
        read.append(Span(span.document, span.start, min(span.end, span.start + left)))
        left -= span.end - span.start
    return recall_at(len(read), read, gold)


def interval(differences: Sequence[float], *, rounds: int = 2_000) -> tuple[float, float]:
    """Where the mean of paired differences lies with 95 % (bootstrap, the same at every run)."""
    values = np.asarray(differences, dtype=np.float64)
    drawn = np.random.default_rng(1).integers(0, len(values), (rounds, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


def area(yes: Sequence[float], no: Sequence[float]) -> float:
    """How often one of `yes` scores above one of `no` (area under the ROC curve); ties count half.

    0 to 1; 0.5 says nothing.
    """
    ones = np.asarray(yes, dtype=np.float64)
    others = np.sort(np.asarray(no, dtype=np.float64))
    below, up_to = np.searchsorted(others, ones), np.searchsorted(others, ones, side="right")
    return float((below + up_to).sum() / (2 * len(ones) * len(others)))


def refused_at(share: float, yes: Sequence[float], no: Sequence[float]) -> float:
    """The share of `no` below the threshold under which this share of `yes` lies."""
    least = float(np.quantile(np.asarray(yes, dtype=np.float64), share))
    return sum(score < least for score in no) / len(no)
