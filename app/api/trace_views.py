"""Why an answer was written from its passages, as it goes to clients (wire contract, section 5)."""

from uuid import UUID

from app.api.bodies import Body
from app.chat.traces import Outcome, Traced
from retrieval.trace import Candidate


class EvidenceView(Body):
    """What spoke for the documents: all from 0 to 1 but the similarity, a cosine."""

    similarity: float
    coverage: float
    trust: float
    named: float | None


class WeightsView(Body):
    """What each way of searching counted."""

    meaning: float
    words: float


class CandidateView(Body):
    """A passage that was considered.

    `byMeaning` and `byWords` are its places in either list, `fusedPlace` the one in both together,
    `place` the one that counted. `source` is the number under which it went into the answer. The
    snippet is null where the passage, or its whole document (`gone`), is no more.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    document_version: int
    page_number: int | None
    snippet: str | None
    gone: bool
    place: int
    fused_place: int
    by_meaning: int | None
    by_words: int | None
    score: float
    similarity: float | None
    fate: Outcome
    source: int | None
    cited: bool
    neighbours: int


class TraceView(Body):
    """Why these passages: what was looked for, what it came to, and what became of each."""

    question: str
    relevant: bool
    told: float
    threshold: float
    evidence: EvidenceView
    weights: WeightsView
    by_meaning: int
    by_words: int
    considered: int
    reranked: bool
    candidates: list[CandidateView]


class OneTraceView(Body):
    """The trace of an answer; null where no documents were searched for it, or none was kept."""

    trace: TraceView | None


def trace_view(traced: Traced | None) -> OneTraceView:
    """A trace as a client reads it."""
    if traced is None:
        return OneTraceView(trace=None)
    trace, seen = traced.trace, traced.trace.evidence
    return OneTraceView(
        trace=TraceView(
            question=trace.question,
            relevant=trace.relevant,
            told=trace.told,
            threshold=trace.threshold,
            evidence=EvidenceView(
                similarity=round(seen.similarity, 4),
                coverage=round(seen.coverage, 4),
                trust=round(seen.trust, 4),
                named=None if seen.named is None else round(seen.named, 4),
            ),
            weights=WeightsView(meaning=trace.meaning_weight, words=trace.words_weight),
            by_meaning=trace.by_meaning,
            by_words=trace.by_words,
            considered=trace.considered,
            reranked=trace.reranked,
            candidates=[_candidate(each, traced) for each in trace.candidates],
        )
    )


def _candidate(candidate: Candidate, traced: Traced) -> CandidateView:
    number = traced.number(candidate)
    return CandidateView(
        chunk_id=candidate.chunk_id,
        document_id=candidate.document_id,
        document_name=candidate.document_name,
        document_version=candidate.document_version,
        page_number=candidate.page_number,
        snippet=traced.snippets.get(candidate.chunk_id),
        gone=candidate.document_id not in traced.documents,
        place=candidate.place,
        fused_place=candidate.fused_place,
        by_meaning=candidate.ranks.dense,
        by_words=candidate.ranks.lexical,
        score=candidate.score,
        similarity=candidate.similarity,
        fate=traced.outcome(candidate),
        source=number,
        cited=number in traced.cited,
        neighbours=candidate.neighbours,
    )
