"""What a chunk gains by the chunks around it."""

from collections.abc import Sequence
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""A document, by any number that tells it from others, and the ordinal of one of its chunks."""

BESIDE = 0.25
BEYOND = 0.1
"""Of the better neighbour's score one chunk away, and two. From 0.2 to 0.4 for the first, no set's
nDCG@10 within one language moves by more than half a point; each is above what it is without."""


def supported(scores: Sequence[float], places: Sequence[Place]) -> list[float]:
    """Add to each score a part of the better neighbour's on either side.

    A chunk is a few sentences: what is asked for is seldom spoken of in one alone. Of two chunks
    that fit alike, the one amid others that fit is more likely to be the passage.

    Args:
        scores: Of chunks; a neighbour that is not among them counts as the lowest.
        places: Where each stands.
    """
    lowest = min(scores, default=0.0)
    at = dict(zip(places, scores, strict=True)).get
    return [
        score
        + BESIDE * max(at((document, ordinal - 1), lowest), at((document, ordinal + 1), lowest))
        + BEYOND * max(at((document, ordinal - 2), lowest), at((document, ordinal + 2), lowest))
        for score, (document, ordinal) in zip(scores, places, strict=True)
    ]
