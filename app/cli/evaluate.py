"""`lumen evaluate`: how well passages are found, on documents with known answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import click
from sqlmodel import col, select

from app.bootstrap.workbench import Workbench, open_workbench
from app.cli.citation_figures import CitationFigures, citations_table, measure
from app.cli.serve import load_settings
from app.cli.workbench import Steps, run_to_end, steps
from app.settings import Settings
from ingest.corpus.tables import Document, DocumentStatus, Page, Project
from retrieval.evaluation import golden
from retrieval.evaluation.golden import GoldenSet, on_pages
from retrieval.evaluation.report import Evaluation, Report
from retrieval.passage import Passage
from retrieval.search import Search, SearchOutcome, SearchQuery

FOLDER = "evaluation"
CITED = frozenset({"chunking", "sec-10q"})
"""Sets whose questions are answered, for their citations."""
MOST_ANSWERED = 200
BESIDE = Path("..") / "shared" / "data"


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder that holds chunking/, xquad/ or sec-10q/.  [default: ../shared/data]",
)
@click.option("--sets", default="", help="Only these, with commas: chunking, xquad, xquad-de, …")
@click.option("--limit", type=click.IntRange(min=1), help="Questions of each set at most.")
def evaluate(data: Path | None, sets: str, limit: int | None) -> None:
    """Measure search on documents with known answers; prints Markdown tables.

    The documents go through the whole of ingest, into a database that is deleted in the end.
    """
    if data is None and not BESIDE.is_dir():
        raise click.UsageError(f"There is no {BESIDE}. Name the golden sets' folder with --data.")
    chosen = _chosen(data or BESIDE, [name.strip() for name in sets.split(",") if name.strip()])
    if limit is not None:
        chosen = [_thinned(one, limit) for one in chosen]
    settings = load_settings()
    run_to_end(settings, "evaluate", lambda: _evaluate(settings, chosen))


def _chosen(data: Path, names: Sequence[str]) -> list[GoldenSet]:
    try:
        found = golden.load(data)
    except (OSError, ValueError, KeyError) as error:
        raise click.ClickException(f"The golden sets in {data} can't be read: {error}") from error
    if not found:
        raise click.UsageError(f"{data} holds none of chunking/, xquad/ and sec-10q/.")
    for name in golden.SETS:
        if not any(_is(one, name) for one in found):
            click.echo(f"There is no {name}/ in {data}: it is left out.", err=True)
    unknown = [name for name in names if not any(_is(one, name) for one in found)]
    if unknown:
        there = ", ".join(one.name for one in found)
        raise click.UsageError(f"There is no set {unknown[0]} in {data}; there are {there}.")
    return [one for one in found if not names or any(_is(one, name) for name in names)]


def _is(one: GoldenSet, name: str) -> bool:
    return one.name == name or one.name.startswith(f"{name}-")


def _thinned(one: GoldenSet, limit: int) -> GoldenSet:
    """At most so many questions, taken evenly from the whole."""
    step = max(1, len(one.questions) / limit)
    picked = [one.questions[int(at * step)] for at in range(min(limit, len(one.questions)))]
    return replace(one, questions=picked)


@dataclass(frozen=True, slots=True)
class _Outcome:
    report: Report
    cited: CitationFigures | None = None


async def _evaluate(settings: Settings, sets: Sequence[GoldenSet]) -> None:
    folder = settings.data_dir / FOLDER
    async with open_workbench(settings, folder, throwaway=True, reranks=True) as bench:
        with steps() as shown:
            library = _Library(bench)
            for one in sets:
                await library.fill(one)
            evaluation = Evaluation(library, bench.search, bench.model, bench.reranked)
            asking = [
                asyncio.ensure_future(_asked(one, library, bench, evaluation, shown))
                for one in sets
            ]
            try:
                await asyncio.gather(*asking)
            finally:
                # What a signal or a failure cut short is left out; what was measured is not lost.
                _show([task.result() for task in asking if _succeeded(task)])


def _succeeded(task: asyncio.Future[_Outcome]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _show(outcomes: Sequence[_Outcome]) -> None:
    figures = [line for each in outcomes for line in each.report.figures]
    judgements = [line for each in outcomes for line in each.report.judgements]
    cited = [each.cited for each in outcomes if each.cited is not None]
    if figures or judgements:
        click.echo(Report(tuple(figures), tuple(judgements)).table())
    if cited:
        click.echo(f"\n{citations_table(cited)}")


async def _asked(
    one: GoldenSet, library: "_Library", bench: Workbench, evaluation: Evaluation, shown: Steps
) -> _Outcome:
    await library.read(one, shown)
    done = shown.add(f"{one.name}: asking", len(one.questions))
    counted = replace(evaluation, search=_CountedSearch(bench.search, done))
    found = await counted.run(one)
    cited = await _cited(one, library, bench) if one.name in CITED else None
    shown.say(f"{one.name}: {len(one.questions)} questions asked.")
    return _Outcome(found, cited)


async def _cited(one: GoldenSet, library: "_Library", bench: Workbench) -> CitationFigures:
    project = await library.project(one.stands_in)
    pages = await library.pages(project)
    answerable = [question for question in one.questions if question.sources]
    if one.by_page:
        answerable = [on_pages(question, pages) for question in answerable]
    step = -(-len(answerable) // MOST_ANSWERED) or 1
    return await measure(one.name, bench.search, bench.answerer, project, answerable[::step], pages)


class _Library:
    """Takes every set's documents in at once, by the same path as a person's uploads.

    They are read side by side, and those of one set while another's questions are asked.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._projects: dict[str, Project] = {}
        self._documents: dict[tuple[UUID, str], UUID] = {}

    async def fill(self, one: GoldenSet) -> None:
        """Take in all documents of a set, unless another of its shelf had them taken in."""
        if one.stands_in in self._projects:
            return
        project = self._projects[one.stands_in] = await self._bench.project(one.stands_in)
        for name, content in one.documents.items():
            received = await self._bench.receive(project, name, _whole(content()))
            self._documents[project.id, name] = received.document.id

    async def read(self, one: GoldenSet, shown: Steps) -> None:
        """Wait until all documents of a set can be searched."""
        project = self._projects[one.stands_in]
        ids = [self._documents[project.id, name] for name in one.documents]
        done = shown.add(f"{one.name}: reading", len(ids))
        documents: Sequence[Document] = ()
        async for documents in self._bench.reading(project, ids):
            done(sum(document.progress for document in documents))
        for document in documents:
            if document.status != DocumentStatus.READY:
                raise click.ClickException(
                    f"{document.name} was not read ({document.error_code}): "
                    f"{document.error_message}"
                )
        chunks = sum(document.chunk_count or 0 for document in documents)
        shown.say(f"{one.name}: {len(documents)} documents read, {chunks:,} passages.")

    async def project(self, name: str) -> UUID:
        """The project that was filled."""
        return self._projects[name].id

    async def add(self, project_id: UUID, name: str, content: bytes) -> UUID:
        """The document that was taken in."""
        del content
        return self._documents[project_id, name]

    async def pages(self, project_id: UUID) -> Mapping[str, Sequence[tuple[int, str]]]:
        """Each document's pages as they were read."""
        query = (
            select(Document.name, Page.start, Page.text)
            .join(Page, col(Page.document_id) == col(Document.id))
            .where(Document.project_id == project_id)
            .order_by(col(Document.name), col(Page.number))
        )
        pages: dict[str, list[tuple[int, str]]] = {}
        async with self._bench.database.session() as session:
            for name, start, text in await session.exec(query):
                pages.setdefault(name, []).append((start, text))
        return pages


async def _whole(content: bytes) -> AsyncGenerator[bytes]:
    yield content


class _CountedSearch(Search):
    """The same search, counting the questions."""

    def __init__(self, search: Search, done: Callable[[float], None]) -> None:
        self._search = search
        self._done = done
        self._count = 0

    async def passages(self, query: SearchQuery) -> SearchOutcome:
        """Search, and count it."""
        outcome = await self._search.passages(query)
        self._advance()
        return outcome

    async def ranked(self, query: SearchQuery) -> list[Passage]:
        """Search, and count it."""
        passages = await self._search.ranked(query)
        self._advance()
        return passages

    def _advance(self) -> None:
        self._count += 1
        self._done(self._count)
