"""Two ranked lists become one."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from uuid import UUID

from retrieval.passage import Ranks
from retrieval.support import supported

DENSE_WEIGHT = 0.6
"""Of the dense channel beside the lexical one, where the embedder is trusted wholly: chosen on
chunking and xquad in four languages, where from 0.5 to 0.7 no figure moves by half a point."""
SPOKEN = 0.35
"""Share of the question's weight that the best chunk holds where both are of one language: from
there on, words count in full. The medians on xquad: 0.34 to 0.76 within a language (Chinese least,
English most), 0 to 0.13 across two."""
LEAST_WORDS = 0.15
"""Of the weight of words where nearly none is shared: names and numbers still are the same."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that one channel found.

    Attributes:
        ordinal: Position among its document's chunks.
        score: The channel's own: the cosine (dense), or the BM25 sum (lexical).
        coverage: Lexical only: share of the question's weight that the chunk holds, 0 to 1.
    """

    chunk_id: UUID
    document_id: UUID
    ordinal: int
    score: float
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Fused:
    """A chunk in the joint list.

    Attributes:
        score: In [0, 1]; the best of the list has the highest.
        similarity: The cosine; None where only words matched.
    """

    chunk_id: UUID
    document_id: UUID
    ordinal: int
    score: float
    similarity: float | None
    ranks: Ranks


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], *, trust: float = 1.0) -> list[Fused]:
    """Join the channels' lists, each best first, by sums of normalised scores.

    Each channel's scores are measured in standard deviations from their mean over everything that
    either channel found. A chunk that the dense channel left out counts as its lowest; one that
    holds none of the words scores nothing in the lexical channel, which is what it would have got.
    A channel weighs as much as it knows of the question's language: the dense one by `trust`, the
    lexical one by how much of the question its best chunk holds. Then chunks side by side support
    each other.

    Args:
        dense: Hits by cosine.
        lexical: Hits by BM25.
        trust: How far the dense channel knows the language of the question, 0 to 1.

    Returns:
        Every chunk found, best first; ties in the order of chunk ids.
    """
    found = _Found(dense, lexical)
    return found.ordered(supported(found.sums_of_z(trust), found.places))


def fuse_reciprocal(dense: Sequence[Hit], lexical: Sequence[Hit], *, k: int = 60) -> list[Fused]:
    """The same by reciprocal ranks (Cormack, Clarke, Büttcher, SIGIR 2009): the yardstick."""
    found = _Found(dense, lexical)
    return found.ordered(
        [
            sum(1 / (k + rank) for rank in (near, said) if rank is not None)
            for near, said in zip(found.near, found.said, strict=True)
        ]
    )


def weight_of_words(lexical: Sequence[Hit]) -> float:
    """Of the lexical channel, by how much of the question its best chunk holds."""
    held = max((hit.coverage for hit in lexical), default=0.0)
    return min(1.0, max(LEAST_WORDS, held / SPOKEN))


def _z_scores(scores: Sequence[float]) -> tuple[list[float], float]:
    """Distances from the mean in standard deviations, and the lowest of them."""
    spread = pstdev(scores) if scores else 0.0
    if spread <= 0:
        return [0.0] * len(scores), 0.0
    mean = fmean(scores)
    z = [(score - mean) / spread for score in scores]
    return z, min(z)


class _Found:
    """Every chunk that either channel found, by a number of its own: ids are slow as keys.

    Attributes:
        hits: One of each chunk, the dense channel's where it has one.
        places: Where each stands.
        near: Its rank in the dense channel, from 1; None where that left it out.
        said: Its rank in the lexical one.
    """

    def __init__(self, dense: Sequence[Hit], lexical: Sequence[Hit]) -> None:
        self._dense, self._lexical = dense, lexical
        numbers = {hit.chunk_id: number for number, hit in enumerate(dense)}
        self.hits = list(dense)
        self.near: list[int | None] = list(range(1, len(dense) + 1))
        self.said: list[int | None] = [None] * len(dense)
        for rank, hit in enumerate(lexical, start=1):
            number = numbers.get(hit.chunk_id)
            if number is None:
                self.hits.append(hit)
                self.near.append(None)
                self.said.append(rank)
            else:
                self.said[number] = rank
        documents: dict[UUID, int] = {}
        self.places = [
            (documents.setdefault(hit.document_id, len(documents)), hit.ordinal)
            for hit in self.hits
        ]

    def sums_of_z(self, trust: float) -> list[float]:
        """Each chunk's score in both channels together."""
        near, nearest = _z_scores([hit.score for hit in self._dense])
        absent = [0.0] * (len(self.hits) - len(self._lexical))
        said, least = _z_scores([hit.score for hit in self._lexical] + absent)
        meaning, words = DENSE_WEIGHT * trust, weight_of_words(self._lexical)
        return [
            meaning * (nearest if by_meaning is None else near[by_meaning - 1])
            + words * (least if by_words is None else said[by_words - 1])
            for by_meaning, by_words in zip(self.near, self.said, strict=True)
        ]

    def ordered(self, scores: Sequence[float]) -> list[Fused]:
        """The chunks with these scores, best first; ties in the order of their ids."""
        low, high = min(scores, default=0.0), max(scores, default=0.0)
        numbers = range(len(self.hits))
        best = sorted(numbers, key=lambda number: (-scores[number], self.hits[number].chunk_id.int))
        return [
            Fused(
                chunk_id=self.hits[number].chunk_id,
                document_id=self.hits[number].document_id,
                ordinal=self.hits[number].ordinal,
                score=(scores[number] - low) / (high - low) if high > low else 1.0,
                similarity=None if self.near[number] is None else self.hits[number].score,
                ranks=Ranks(dense=self.near[number], lexical=self.said[number]),
            )
            for number in best
        ]
