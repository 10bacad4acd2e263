"""How well a search tells whether the documents answer a question at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from retrieval.evaluation.golden import Question
from retrieval.evaluation.metrics import area, refused_at
from retrieval.relevance import Relevance
from retrieval.search import Search, SearchQuery

TOP = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """How often a search was right about whether the documents speak of a question.

    Attributes:
        accepted: Share of the answerable questions that were called so.
        foreign: Questions that nothing in reach answers: the set's own, or where it has none, its
            answerable ones asked of all documents but the right ones.
        refused: Share of those that were refused.
        source_found: Share of the answerable ones with a right document among the first 5.
        area: Under the ROC curve of what was seen.
        at: Share of the foreign ones that would be refused if the threshold refused this share of
            the answerable ones.
    """

    name: str
    answerable: int
    foreign: int
    accepted: float
    refused: float
    source_found: float
    area: float = 0.0
    at: Mapping[float, float] | None = None


CURVE = (0.01, 0.02, 0.05, 0.1)
"""Shares of false refusals at which the curve is given."""


async def judge(
    name: str,
    search: Search,
    project: UUID,
    asked: Sequence[Question],
    ids: Mapping[str, UUID],
) -> Judgement:
    """Ask answerable questions and others, and compare what the search says with what is so.

    Raises:
        EmbedderFailed: The embedder failed.
    """
    told = Relevance().told
    answerable = [question for question in asked if question.sources]
    strange = [question for question in asked if not question.sources]
    outcomes = [
        await search.passages(SearchQuery(project, question.text, limit=TOP))
        for question in answerable
    ]
    others = [
        await search.passages(SearchQuery(project, q.text, _others(ids, q), TOP))
        for q in strange or answerable
    ]
    yes = [told(outcome.evidence) for outcome in outcomes]
    no = [told(outcome.evidence) for outcome in others]
    return Judgement(
        name,
        len(answerable),
        len(others),
        accepted=_share([outcome.relevant for outcome in outcomes]),
        refused=_share([not outcome.relevant for outcome in others]),
        source_found=_share(
            [
                any(passage.document_name in question.sources for passage in outcome.passages)
                for question, outcome in zip(answerable, outcomes, strict=True)
            ]
        ),
        area=area(yes, no) if yes and no else 0.0,
        at={share: refused_at(share, yes, no) for share in CURVE} if yes and no else None,
    )


def _others(ids: Mapping[str, UUID], question: Question) -> tuple[UUID, ...]:
    return tuple(document for name, document in ids.items() if name not in question.sources)


def _share(outcomes: Sequence[bool]) -> float:
    return fmean(outcomes) if outcomes else 0.0
