"""No document takes all places while others have as good to say."""

from collections.abc import Sequence
from uuid import UUID

from retrieval.fusion import Fused

MARGIN = 0.05
"""By how much a document's passage must be better than another's, once its own have half of the
places; of the distance between the best and the worst that were found. On 158 questions of
chunking, the passages hold .938 of the answers' characters with it, .934 without, .931 with .1 and
.2; on 170 of xquad nothing changes."""


def spread(hits: Sequence[Fused], *, limit: int) -> list[Fused]:
    """Put hits of a document that has half of the places behind others that are about as good.

    The first hit stays first, and a hit beside one that was passed takes no place of its own. Where
    one document alone has something to say, or is the better one by the margin, nothing changes.

    Args:
        hits: Best first.
        limit: How many passages will be taken.
    """
    share = -(-limit // 2)
    waiting = list(hits)
    taken: dict[UUID, set[int]] = {}
    order: list[Fused] = []

    def crowded(hit: Fused) -> bool:
        ordinals = taken.get(hit.document_id, set())
        beside = not ordinals.isdisjoint(range(hit.ordinal - 1, hit.ordinal + 2))
        return not beside and _places(ordinals) >= share

    while waiting:
        first = waiting[0]
        near = (hit for hit in waiting if hit.score >= first.score - MARGIN)
        chosen = next((hit for hit in near if not crowded(hit)), first)
        waiting.remove(chosen)
        taken.setdefault(chosen.document_id, set()).add(chosen.ordinal)
        order.append(chosen)
    return order


def _places(ordinals: set[int]) -> int:
    """Passages that chunks make: those side by side are one."""
    return sum(ordinal - 1 not in ordinals for ordinal in ordinals)
