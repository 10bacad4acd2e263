"""Why a search gave these passages: what each channel found, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from retrieval.candidates import Channels
from retrieval.context import Place, StoredChunk, Stretch
from retrieval.fusion import DENSE_WEIGHT, Fused, weight_of_words
from retrieval.passage import Ranks
from retrieval.relevance import Evidence

MOST_CANDIDATES = 30

Fate: TypeAlias = Literal["taken", "joined", "repeated", "over_budget", "beyond_limit"]
"""What became of a candidate: it was taken; it came in as the neighbour of a better one; its text
was taken already; the budget of tokens was spent; there were passages enough."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that was considered.

    Attributes:
        place: In the order that counted, from 1; a reranker's, where it read the chunk.
        fused_place: The same before the reranker.
        score: Fused, in [0, 1]; comparable within one search only.
        similarity: Cosine of question and chunk; None where only words matched.
        ranks: The places in the channels' lists.
        passage: The chunk whose passage this one is part of; None where it is part of none.
        neighbours: Chunks that were added around it, whatever they had scored; of a passage's
            first hit alone.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    document_version: int
    page_number: int | None
    place: int
    fused_place: int
    score: float
    similarity: float | None
    ranks: Ranks
    fate: Fate
    passage: UUID | None = None
    neighbours: int = 0


@dataclass(frozen=True, slots=True)
class SearchTrace:
    """What a search went by; it holds no text of any document.

    Attributes:
        question: As it was looked for, made to stand for itself.
        relevant: Whether the documents seemed to speak of it.
        told: The sum of the evidence that was held against `threshold`.
        meaning_weight: Of the dense channel; 0 where the question had no vector.
        words_weight: Of the lexical channel.
        by_meaning: Chunks that the dense channel gave.
        by_words: Chunks that the lexical channel gave.
        considered: The best of both together, which were read; `candidates` are the first of them.
        reranked: Whether a reranker ordered them anew.
    """

    question: str
    relevant: bool
    evidence: Evidence
    told: float
    threshold: float
    meaning_weight: float
    words_weight: float
    by_meaning: int
    by_words: int
    considered: int
    reranked: bool
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the documents speak of what is asked, and on what that was decided."""

    relevant: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    told: float = 0.0
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """How passages were chosen from what was found.

    Attributes:
        fused: What both channels found together, best first.
        ranked: The same in the order that counted.
        chunks: Their chunks, and the neighbours of these.
        stretches: What was chosen.
        token_budget: Tokens at most, over all of them.
    """

    fused: Sequence[Fused]
    ranked: Sequence[Fused]
    chunks: Mapping[Place, StoredChunk]
    stretches: Sequence[Stretch]
    token_budget: int


def traced(
    question: str, channels: Channels, trust: float, choice: Choice, verdict: Verdict
) -> SearchTrace:
    """Sum up a search, with its first candidates; those that are gone since are left out."""
    there = [
        (place, hit)
        for place, hit in enumerate(choice.ranked, start=1)
        if (hit.document_id, hit.ordinal) in choice.chunks
    ]
    shown = there[:MOST_CANDIDATES]
    homes = {
        (stretch.hit.document_id, ordinal): stretch
        for stretch in choice.stretches
        for ordinal in range(stretch.first, stretch.last + 1)
    }
    fates = _fates([hit for _, hit in shown], choice, homes)
    before = {hit.chunk_id: (place, hit) for place, hit in enumerate(choice.fused, start=1)}
    return SearchTrace(
        question=question,
        relevant=verdict.relevant,
        evidence=verdict.evidence,
        told=round(verdict.told, 4),
        threshold=verdict.threshold,
        meaning_weight=round(DENSE_WEIGHT * trust, 4),
        words_weight=round(weight_of_words(channels.lexical), 4),
        by_meaning=len(channels.dense),
        by_words=len(channels.lexical),
        considered=len(there),
        reranked=list(choice.ranked) != list(choice.fused),
        candidates=tuple(
            _candidate(place, before[hit.chunk_id], fate, choice.chunks, homes)
            for (place, hit), fate in zip(shown, fates, strict=True)
        ),
    )


def _fates(hits: Sequence[Fused], choice: Choice, homes: Mapping[Place, Stretch]) -> list[Fate]:
    """What became of each hit, found by going the way of `context.gather` once more."""
    fates: list[Fate] = []
    copies = {copy.chunk_id for stretch in choice.stretches for copy in stretch.copies}
    left, is_spent = choice.token_budget, False
    for hit in hits:
        place = hit.document_id, hit.ordinal
        chunk, home = choice.chunks[place], homes.get(place)
        if home is not None and hit.ordinal in home.taken:
            fates.append("taken")
            left -= chunk.token_count
        elif home is not None:
            fates.append("joined")
        elif hit.chunk_id in copies:
            fates.append("repeated")
        else:
            is_spent = is_spent or chunk.token_count > left
            fates.append("over_budget" if is_spent else "beyond_limit")
    return fates


def _candidate(
    place: int,
    fused: tuple[int, Fused],
    fate: Fate,
    chunks: Mapping[Place, StoredChunk],
    homes: Mapping[Place, Stretch],
) -> Candidate:
    fused_place, hit = fused
    chunk = chunks[hit.document_id, hit.ordinal]
    home = homes.get((hit.document_id, hit.ordinal))
    is_head = home is not None and home.hit.chunk_id == hit.chunk_id
    return Candidate(
        chunk_id=hit.chunk_id,
        document_id=hit.document_id,
        document_name=chunk.document_name,
        document_version=chunk.document_version,
        page_number=chunk.page_number,
        place=place,
        fused_place=fused_place,
        score=round(hit.score, 4),
        similarity=None if hit.similarity is None else round(hit.similarity, 4),
        ranks=hit.ranks,
        fate=fate,
        passage=home.hit.chunk_id if home else None,
        neighbours=home.last - home.first + 1 - len(home.taken) if home and is_head else 0,
    )
