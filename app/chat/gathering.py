"""Where the passages of an answer come from: the project's documents, a web search, or both."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

from app.chat.events import Mode, Stage
from app.chat.evidence import CitedSource
from app.chat.material import Material, from_document, from_web, in_turn, material
from app.chat.prompt import Exchange
from app.chat.web import WebScope
from providers.contract import WebQuery, WebResult, WebSearch
from retrieval.search import SearchOutcome, SearchQuery
from retrieval.trace import SearchTrace

PASSAGES = 8
LONGEST_EXTRACT = 1_600  # Characters of a page's summary: twenty of them are a prompt's worth.

NOTHING_IN_DOCUMENTS = (
    "I found nothing about this in these documents. "
    "Try other words, or add a document that speaks of it."
)
NOTHING_FOR_OUTSIDERS = "I found nothing about this. Try other words."
NOTHING_ON_WEB = "I found nothing about this on the web. Try other words."
NOTHING_ANYWHERE = (
    "I found nothing about this, neither on the web nor in these documents. Try other words."
)

_One = TypeVar("_One")
_Other = TypeVar("_Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question in its conversation.

    Attributes:
        history: What was asked and answered before, oldest first.
        instructions: The project's own.
        memories: Short facts of the project.
        document_ids: Only these documents; None for all of the project.
        top_k: Passages at most.
        web: How the project's web searches go.
        is_from_outside: Whether a customer or a guest asks, who can add no document.
    """

    conversation_id: UUID
    message_id: UUID
    project_id: UUID
    question: str
    mode: Mode = "docs"
    history: Sequence[Exchange] = ()
    instructions: str = ""
    memories: Sequence[str] = ()
    document_ids: tuple[UUID, ...] | None = None
    top_k: int = PASSAGES
    temperature: float | None = None
    web: WebScope = field(default_factory=WebScope)
    is_from_outside: bool = False

    @property
    def wants_documents(self) -> bool:
        """Whether the project's documents are to be read."""
        return self.mode == "docs" or self.web.with_documents or self.document_ids is not None


class PassageSearch(Protocol):
    """The part of retrieval that a turn needs."""

    async def passages(self, query: SearchQuery) -> SearchOutcome:
        """Find what an answer may be written from.

        Raises:
            EmbedderFailed: The question could not be embedded.
        """
        ...


Step: TypeAlias = Stage | Material


class Gathering(Protocol):
    """Finds what an answer is written from, step by step."""

    @property
    def searches(self) -> int:
        """Web searches so far."""
        ...

    @property
    def nothing(self) -> str:
        """What to say where nothing was found."""
        ...

    @property
    def trace(self) -> SearchTrace | None:
        """How the documents were searched; None where they were not."""
        ...

    def steps(self, query: str) -> AsyncGenerator[Step]:
        """Yield stages, then the material; closing it ends whatever is under way.

        Raises:
            ProviderError: A search failed so that there is nothing to answer from.
        """
        ...


class Documents:
    """Gathers from the project's documents.

    Args:
        asked: The question.
        search: Finds passages.
        tokens: A prompt's worth of passages.
    """

    searches = 0

    def __init__(self, asked: Asked, search: PassageSearch, *, tokens: int) -> None:
        self.nothing = NOTHING_FOR_OUTSIDERS if asked.is_from_outside else NOTHING_IN_DOCUMENTS
        self._asked = asked
        self._search = search
        self._tokens = tokens
        self.trace: SearchTrace | None = None

    async def steps(self, query: str) -> AsyncGenerator[Step]:
        """Yield one stage, then the material."""
        yield Stage("searching")
        yield material(await self.find(query), self._tokens)

    async def find(self, query: str) -> list[CitedSource]:
        """The passages that speak of what is asked, best first; none where none does.

        Raises:
            EmbedderFailed: The question could not be embedded.
        """
        asked = self._asked
        outcome = await self._search.passages(
            SearchQuery(asked.project_id, query, asked.document_ids, limit=asked.top_k)
        )
        self.trace = outcome.trace
        return [from_document(passage) for passage in outcome.passages] if outcome.relevant else []


class WebPages:
    """Gathers by one web search; beside it, where that is wanted, from the documents.

    Args:
        asked: The question.
        web: Searches the web.
        documents: Where the project's documents are wanted too.
        tokens: A prompt's worth of passages.
    """

    def __init__(
        self, asked: Asked, web: WebSearch, documents: Documents | None, *, tokens: int
    ) -> None:
        self._scope = asked.web
        self._web = web
        self._documents = documents
        self._tokens = tokens
        self.searches = 0
        self.nothing = NOTHING_ANYWHERE if documents else NOTHING_ON_WEB

    @property
    def trace(self) -> SearchTrace | None:
        """How the documents were searched beside the web."""
        return self._documents.trace if self._documents else None

    async def steps(self, query: str) -> AsyncGenerator[Step]:
        """Yield one stage with the query, then the material."""
        yield Stage("searching", query)
        self.searches += 1
        searching = self._web.search(web_query(self._scope, query))
        if self._documents is None:
            found = _pages(await searching)
        else:
            results, passages = await _both(searching, self._documents.find(query))
            found = in_turn(passages, _pages(results))
        yield material(found, self._tokens)


def web_query(scope: WebScope, text: str, *, deep: bool = False) -> WebQuery:
    """A search within what the project allows; a deep one reads whole pages."""
    return WebQuery(
        text,
        max_results=scope.max_results,
        depth="advanced" if deep else "basic",
        with_pages=deep,
        include_domains=scope.include_domains,
        exclude_domains=scope.exclude_domains,
    )


def _pages(results: Sequence[WebResult]) -> list[CitedSource]:
    return [
        from_web(
            url=result.url,
            title=result.title,
            text=_shortened(result.content),
            score=result.score,
        )
        for result in results
        if result.content
    ]


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_EXTRACT:
        return text
    return text[:LONGEST_EXTRACT].rsplit(" ", 1)[0]


async def _both(
    one: Coroutine[Any, Any, _One], other: Coroutine[Any, Any, _Other]
) -> tuple[_One, _Other]:
    """The results of two tasks at once; when one fails or nobody waits any more, both end."""
    tasks = asyncio.create_task(one), asyncio.create_task(other)
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
