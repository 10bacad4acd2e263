"""Golden questions asked through the real search, and the figures, channel beside channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from providers.contract import Embedder
from retrieval.evaluation.baseline import Windows
from retrieval.evaluation.figures import Figures, measured
from retrieval.evaluation.golden import GoldenSet, Question, on_pages
from retrieval.evaluation.judging import Judgement, judge
from retrieval.evaluation.metrics import Span
from retrieval.evaluation.tables import differences_table, figures_table, judgements_table
from retrieval.passage import Passage
from retrieval.search import Search, SearchQuery

CHANNELS = ("dense", "lexical", "hybrid")
RERANKED = "reranked"
BASELINE = "fixed windows, dense"
WHOLE_LIST = 200


class Library(Protocol):
    """Where documents are taken in, by the same path as a person's uploads."""

    async def project(self, name: str) -> UUID:
        """The project of a shelf."""
        ...

    async def add(self, project_id: UUID, name: str, content: bytes) -> UUID:
        """Take a document in; return its id when it can be searched."""
        ...

    async def pages(self, project_id: UUID) -> Mapping[str, Sequence[tuple[int, str]]]:
        """Each document's pages as they were read, in order: where it starts, and its text."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` found."""

    figures: tuple[Figures, ...]
    judgements: tuple[Judgement, ...]

    def table(self) -> str:
        """The figures as Markdown tables, in percent."""
        by_set: dict[str, dict[str, Figures]] = {}
        for line in self.figures:
            by_set.setdefault(line.name, {})[line.channel] = line
        compared = {name: lines for name, lines in by_set.items() if BASELINE in lines}
        return "\n\n".join(
            [
                figures_table(self.figures),
                differences_table(compared, baseline=BASELINE),
                judgements_table(self.judgements),
            ]
        )


@dataclass(slots=True)
class Evaluation:
    """Asks sets of questions; what is read once serves all sets of a shelf.

    Attributes:
        library: Takes the documents in.
        search: The one that answers use.
        embedder: The search's, for the baseline; None leaves that out.
        reranked: The same search with a reranker; None leaves that out.
        judged: Questions of a set at most of which it is told whether they can be answered.
    """

    library: Library
    search: Search
    embedder: Embedder | None = None
    reranked: Search | None = None
    judged: int = 300
    _windows: dict[str, Windows] = field(default_factory=dict[str, Windows])

    async def run(self, golden: GoldenSet) -> Report:
        """Fill a project, unless that was done for another set of the shelf, then ask.

        Raises:
            EmbedderFailed: The embedder failed.
        """
        project = await self.library.project(golden.stands_in)
        ids = {
            name: await self.library.add(project, name, content())
            for name, content in golden.documents.items()
        }
        questions = await self._placed(golden, project)
        figures = await self._figures(golden, project, [q for q in questions if q.gold])
        if golden.shelf:
            return Report(tuple(figures), ())
        step = max(1, len(questions) // self.judged)
        asked = questions[::step]
        judgement = await judge(golden.name, self.search, project, asked, ids)
        return Report(tuple(figures), (judgement,))

    async def _placed(self, golden: GoldenSet, project: UUID) -> Sequence[Question]:
        if not golden.by_page:
            return golden.questions
        pages = await self.library.pages(project)
        return [on_pages(question, pages) for question in golden.questions]

    async def _figures(
        self, golden: GoldenSet, project: UUID, questions: Sequence[Question]
    ) -> list[Figures]:
        if not questions:
            return []
        windows = await self._baseline(golden, project)
        rankings: dict[str, list[list[Span]]] = {}
        for question in questions:
            for channel, found in (await self._ask(project, question)).items():
                rankings.setdefault(channel, []).append(found)
            if windows is not None:
                found = await windows.find(question.text)
                rankings.setdefault(BASELINE, []).append(found)
        return [
            measured(golden.name, channel, questions, found) for channel, found in rankings.items()
        ]

    async def _baseline(self, golden: GoldenSet, project: UUID) -> Windows | None:
        if self.embedder is None:
            return None
        shelf = golden.stands_in
        if shelf not in self._windows:
            pages = await self.library.pages(project)
            texts = {name: "".join(text for _, text in sheets) for name, sheets in pages.items()}
            self._windows[shelf] = await Windows.over(texts, self.embedder)
        return self._windows[shelf]

    async def _ask(self, project: UUID, question: Question) -> dict[str, list[Span]]:
        hybrid = await self.search.ranked(SearchQuery(project, question.text, limit=WHOLE_LIST))
        dense = sorted((p for p in hybrid if p.ranks.dense), key=lambda p: p.ranks.dense or 0)
        lexical = sorted((p for p in hybrid if p.ranks.lexical), key=lambda p: p.ranks.lexical or 0)
        lists: dict[str, list[Passage]] = dict(zip(CHANNELS, (dense, lexical, hybrid), strict=True))
        if self.reranked is not None:
            query = SearchQuery(project, question.text, limit=WHOLE_LIST)
            lists[RERANKED] = await self.reranked.ranked(query)
        return {channel: _spans(found[:WHOLE_LIST]) for channel, found in lists.items()}


def _spans(passages: Iterable[Passage]) -> list[Span]:
    return [Span(passage.document_name, passage.start, passage.end) for passage in passages]
