"""Research: several searches of the web that build on each other, within a budget."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import TypeAlias

from app.chat.asides import Asides
from app.chat.events import Stage
from app.chat.evidence import CitedSource
from app.chat.gathering import (
    NOTHING_ANYWHERE,
    NOTHING_ON_WEB,
    Documents,
    Step,
    web_query,
)
from app.chat.material import Material, from_web, in_turn, material
from app.chat.queries import Found, Planner
from app.chat.reading import Extract, read_pages
from app.chat.web import Web, WebScope
from providers.contract import ReportPart
from providers.errors import ProviderError, SearchFailed
from providers.web_address import host_of, page_key
from retrieval.trace import SearchTrace

BETWEEN = " · "
_Place: TypeAlias = tuple[str, int]
TIME_IS_UP = "the web search took too long"


class Research:
    """Gathers by several rounds of searches: plan, search and read, see what is missing.

    A search that fails is done without, unless all do.

    Args:
        scope: Where the project's searches look.
        web: Searches; its budget holds from the first step on.
        documents: Where the project's documents are wanted too. They are looked up by the
            question alone, and nothing of them reaches a search.
        asides: Asks the model, where there is one.
        tokens: A prompt's worth of passages.
    """

    def __init__(
        self,
        scope: WebScope,
        web: Web,
        documents: Documents | None,
        asides: Asides,
        *,
        tokens: int,
    ) -> None:
        self._scope = scope
        self._web = web
        self._documents = documents
        self._asides = asides
        self._tokens = tokens
        self.searches = 0
        self.nothing = NOTHING_ANYWHERE if documents else NOTHING_ON_WEB
        self._found: dict[str, Sequence[Extract]] = {}  # By query, in the order of their making.
        self._pages: set[str] = set()
        self._errors: list[ProviderError] = []
        self._ends = 0.0

    @property
    def trace(self) -> SearchTrace | None:
        """How the documents were searched beside the web."""
        return self._documents.trace if self._documents else None

    async def steps(self, query: str) -> AsyncGenerator[Step]:
        """Yield each plan, search and page, then the material.

        Raises:
            ProviderError: All searches failed, or the documents could not be searched.
        """
        self._ends = asyncio.get_running_loop().time() + self._web.budget.seconds
        beside = asyncio.create_task(self._beside(query))
        try:
            async with aclosing(self._rounds(Planner(query, self._asides))) as stages:
                async for stage in stages:
                    yield stage
            yield self._gathered(await beside)
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _beside(self, query: str) -> Sequence[CitedSource]:
        return await self._documents.find(query) if self._documents else ()

    async def _rounds(self, planner: Planner) -> AsyncGenerator[Stage]:
        queries = await planner.plan(self._left())
        while queries := queries[: self._web.budget.searches - self.searches]:
            yield Stage("rewriting", BETWEEN.join(queries))
            async with aclosing(self._round(queries)) as stages:
                async for stage in stages:
                    yield stage
            if self._is_spent():
                return
            found, newest = self._by(self._found), self._by(queries)
            queries = await planner.missing(found, newest, self._left())

    async def _round(self, queries: Sequence[str]) -> AsyncGenerator[Stage]:
        """Search for all of them at once; read what comes as it comes.

        Raises:
            ProviderError: No search of this research has given anything but errors.
        """
        for query in queries:
            yield Stage("searching", query)
        self.searches += len(queries)
        self._found |= dict.fromkeys(queries, ())
        waiting = {asyncio.create_task(self._look_up(query)): query for query in queries}
        try:
            while waiting and self._left() > 0:
                done, _ = await asyncio.wait(
                    waiting, timeout=self._left(), return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    for stage in self._taken(waiting.pop(task), task):
                        yield stage
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        self._errors += [SearchFailed(TIME_IS_UP) for _ in waiting]
        if len(self._errors) == self.searches:
            raise self._errors[0]

    async def _look_up(self, query: str) -> Sequence[Extract]:
        wanted = web_query(self._scope, query, deep=True)
        results = await self._web.search.search(wanted)
        return await read_pages(query, results, self._web.embedder)

    def _taken(self, query: str, task: asyncio.Task[Sequence[Extract]]) -> list[Stage]:
        """Keep what a search gave; a stage for each page that is new."""
        try:
            extracts = task.result()
        except ProviderError as error:
            self._errors.append(error)
            return []
        stages: list[Stage] = []
        kept: list[Extract] = []
        for extract in extracts:
            page = page_key(extract.page.url)
            if page not in self._pages:
                if len(self._pages) >= self._web.budget.pages:
                    continue
                self._pages.add(page)
                detail = f"{host_of(extract.page.url)}: {extract.page.title}"
                stages.append(Stage("reading", detail))
            kept.append(extract)
        self._found[query] = kept
        return stages

    def _gathered(self, beside: Sequence[CitedSource]) -> Material:
        """The best of each query in turn, so that every link of a chain has its place."""
        cited: dict[_Place, CitedSource] = {}
        for extract in in_turn(*self._found.values()):
            cited.setdefault(_place(extract), _cited(extract))
        found = material(in_turn(beside, list(cited.values())), self._tokens)
        if not found.passages:
            return found
        numbers = {each.source.chunk_id: each.source.index for each in found.sources}
        documents = [each.source.index for each in found.sources if each.source.url is None]
        parts: list[ReportPart] = []
        for query, extracts in self._found.items():
            ids = [cited[_place(extract)].source.chunk_id for extract in extracts]
            of_query = [numbers[each] for each in ids if each in numbers]
            # What the documents say belongs to the question itself, which comes first.
            parts.append(ReportPart(query, (*([] if parts else documents), *of_query)))
        return Material(found.sources, found.passages, parts)

    def _by(self, queries: Iterable[str]) -> list[Found]:
        return [Found(query, extract) for query in queries for extract in self._found[query]]

    def _left(self) -> float:
        return max(self._ends - asyncio.get_running_loop().time(), 0.0)

    def _is_spent(self) -> bool:
        budget = self._web.budget
        return (
            self._left() <= 0
            or self.searches >= budget.searches
            or len(self._pages) >= budget.pages
        )


def _place(extract: Extract) -> _Place:
    return page_key(extract.page.url), extract.start


def _cited(extract: Extract) -> CitedSource:
    page = extract.page
    return from_web(url=page.url, title=page.title, text=extract.text, score=extract.score)
