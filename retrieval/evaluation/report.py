"""Golden questions asked through the real search, and the figures, channel beside channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol
from uuid import UUID

from retrieval.evaluation.golden import GoldenSet, Question
from retrieval.evaluation.metrics import Span, ndcg_at, recall_at, span_precision, span_recall
from retrieval.passage import Passage
from retrieval.search import Search, SearchQuery

CHANNELS = ("dense", "lexical", "hybrid")
WHOLE_LIST = 200
TOP = 5


class Library(Protocol):
    """Where documents are taken in, by the same path as a person's uploads."""

    async def project(self, name: str) -> UUID:
        """Make an empty project."""
        ...

    async def add(self, project_id: UUID, name: str, content: bytes) -> UUID:
        """Take a document in; return its id when it can be searched."""
        ...


@dataclass(frozen=True, slots=True)
class Figures:
    """One set through one channel; every figure is a mean over questions, 0 to 1.

    Attributes:
        recall: Gold spans touched by the first 5 chunks.
        ndcg: nDCG@10.
        span_recall: Characters of the gold spans within the first 5 chunks.
        span_precision: Characters of the first 5 chunks within gold spans.
    """

    name: str
    channel: str
    questions: int
    recall: float
    ndcg: float
    span_recall: float
    span_precision: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """How often a search was right about whether the documents speak of a question at all.

    Attributes:
        accepted: Share of the answerable questions that were called so.
        foreign: Questions that nothing in reach answers: the set's own, or where it has none, its
            answerable ones asked of all documents but the right ones.
        refused: Share of those that were refused.
        source_found: Share of the answerable ones with a right document among the first 5.
    """

    name: str
    answerable: int
    foreign: int
    accepted: float
    refused: float
    source_found: float


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` found."""

    figures: tuple[Figures, ...]
    judgements: tuple[Judgement, ...]

    def table(self) -> str:
        """The figures as Markdown tables, in percent."""
        lines = [
            "| set | channel | questions | recall@5 | nDCG@10 | span recall@5 | span precision@5 |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {f.name} | {f.channel} | {f.questions} | {f.recall:.1%} | {f.ndcg:.1%} "
            f"| {f.span_recall:.1%} | {f.span_precision:.1%} |"
            for f in self.figures
        ]
        lines += [
            "",
            "| set | answerable | accepted | not there | refused | right document in 5 |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {j.name} | {j.answerable} | {j.accepted:.1%} | {j.foreign} | {j.refused:.1%} "
            f"| {j.source_found:.1%} |"
            for j in self.judgements
        ]
        return "\n".join(lines)


async def evaluate(
    sets: Iterable[GoldenSet], library: Library, search: Search, *, every: int = 1
) -> Report:
    """Fill a project a set, then ask.

    Args:
        sets: What to ask of what.
        library: Takes the documents in.
        search: The one that answers use.
        every: Ask each n-th question only; 1 for all.
    """
    figures: list[Figures] = []
    judgements: list[Judgement] = []
    for golden in sets:
        project = await library.project(golden.name)
        ids = {
            name: await library.add(project, name, content())
            for name, content in golden.documents.items()
        }
        asked = golden.questions[::every]
        rankings = [await _ask(search, project, question) for question in asked]
        figures += _figures(golden.name, asked, rankings)
        judgements.append(await _judge(golden.name, search, project, asked, ids))
    return Report(tuple(figures), tuple(judgements))


async def _ask(search: Search, project: UUID, question: Question) -> dict[str, list[Span]]:
    hybrid = await search.ranked(SearchQuery(project, question.text, limit=WHOLE_LIST))
    dense = sorted(
        (passage for passage in hybrid if passage.ranks.dense), key=lambda p: p.ranks.dense or 0
    )
    lexical = sorted(
        (passage for passage in hybrid if passage.ranks.lexical), key=lambda p: p.ranks.lexical or 0
    )
    lists = (dense, lexical, hybrid)
    return {channel: _spans(found) for channel, found in zip(CHANNELS, lists, strict=True)}


def _spans(passages: Iterable[Passage]) -> list[Span]:
    return [Span(passage.document_name, passage.start, passage.end) for passage in passages]


def _figures(
    name: str, asked: Sequence[Question], rankings: Sequence[dict[str, list[Span]]]
) -> list[Figures]:
    pairs = [(q.gold, ranking) for q, ranking in zip(asked, rankings, strict=True) if q.gold]
    if not pairs:
        return []
    return [
        Figures(
            name,
            channel,
            len(pairs),
            recall=fmean(recall_at(TOP, ranking[channel], gold) for gold, ranking in pairs),
            ndcg=fmean(ndcg_at(10, ranking[channel], gold) for gold, ranking in pairs),
            span_recall=fmean(span_recall(ranking[channel][:TOP], gold) for gold, ranking in pairs),
            span_precision=fmean(
                span_precision(ranking[channel][:TOP], gold) for gold, ranking in pairs
            ),
        )
        for channel in CHANNELS
    ]


async def _judge(
    name: str,
    search: Search,
    project: UUID,
    asked: Sequence[Question],
    ids: Mapping[str, UUID],
) -> Judgement:
    answerable = [question for question in asked if question.sources]
    strange = [question for question in asked if not question.sources]
    outcomes = [
        await search.passages(SearchQuery(project, question.text, limit=TOP))
        for question in answerable
    ]
    refused = [
        not (await search.passages(SearchQuery(project, q.text, _others(ids, q), TOP))).relevant
        for q in strange or answerable
    ]
    return Judgement(
        name,
        len(answerable),
        len(refused),
        accepted=_share([outcome.relevant for outcome in outcomes]),
        refused=_share(refused),
        source_found=_share(
            [
                any(passage.document_name in question.sources for passage in outcome.passages)
                for question, outcome in zip(answerable, outcomes, strict=True)
            ]
        ),
    )


def _others(ids: Mapping[str, UUID], question: Question) -> tuple[UUID, ...]:
    return tuple(document for name, document in ids.items() if name not in question.sources)


def _share(outcomes: Sequence[bool]) -> float:
    return fmean(outcomes) if outcomes else 0.0
