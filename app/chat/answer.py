"""One turn: from a question to the events of its answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from app.chat.citations import CitationParser
from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    FailureCode,
    Finished,
    FinishReason,
    Mode,
    PassagesFound,
    Source,
    Stage,
    Started,
    Text,
)
from app.chat.evidence import CitedSource, cite
from app.chat.prompt import Exchange, PromptBudget, build_messages, estimate_tokens, fit_passages
from providers.contract import ChatModel, ChatRequest, Completed, Notice, PromptPassage
from providers.errors import ProviderError
from retrieval.passage import Passage
from retrieval.rewrite import standalone
from retrieval.search import SearchOutcome, SearchQuery

NOTHING_FOUND = (
    "I found nothing about this in these documents. "
    "Try other words, or add a document that speaks of it."
)
SNIPPET_CHARS = 240
PASSAGES = 8


class PassageSearch(Protocol):
    """The part of retrieval that a turn needs."""

    async def passages(self, query: SearchQuery) -> SearchOutcome:
        """Find what an answer may be written from.

        Raises:
            EmbedderFailed: The question could not be embedded.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question in its conversation.

    Attributes:
        history: What was asked and answered before, oldest first.
        instructions: The project's own.
        memories: Short facts of the project.
        document_ids: Only these documents; None for all of the project.
        top_k: Passages at most.
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


SaveSources = Callable[[UUID, Sequence[CitedSource]], Awaitable[None]]


class AnswerTurn:
    """Answers one question; no transaction is open while the model talks.

    Args:
        asked: The question.
        search: Finds passages.
        model: Writes the answer.
        save_sources: Keeps the sources before they are sent, so that each stays readable.
        budget: How long a prompt may be.
    """

    def __init__(
        self,
        asked: Asked,
        *,
        search: PassageSearch,
        model: ChatModel,
        save_sources: SaveSources,
        budget: PromptBudget | None = None,
    ) -> None:
        self._asked = asked
        self._search = search
        self._model = model
        self._save_sources = save_sources
        self._budget = budget or PromptBudget()
        self._sources: list[CitedSource] = []
        self._parser = CitationParser(())
        self._written: list[str] = []
        self._prompt_tokens = 0

    async def events(self) -> AsyncGenerator[AnswerEvent]:
        """Yield `Started` first and `Finished` or `Failed` last."""
        asked = self._asked
        yield Started(asked.conversation_id, asked.message_id, self._model.name, asked.mode)
        try:
            query = standalone(asked.question, [past.question for past in asked.history])
            if query != asked.question.strip():
                yield Stage("rewriting", query)
            yield Stage("searching")
            passages = await self._find(query)
            yield PassagesFound(tuple(cited.source for cited in self._sources))
            if not passages:
                yield self._write(NOTHING_FOUND)
                yield await self._finished("stop", prompt_tokens=0, completion_tokens=0)
                return
            yield Stage("writing")
            async with aclosing(self._generate(passages)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            if rest := self._parser.flush():
                yield self._write(rest)
            yield Failed(cast("FailureCode", error.code), error.detail, error.retryable)

    async def stopped(self) -> Finished:
        """The end of an answer that its reader stopped."""
        completion = estimate_tokens(self._text()) if self._written else 0
        return await self._finished(
            "stopped", prompt_tokens=self._prompt_tokens, completion_tokens=completion
        )

    async def _find(self, query: str) -> list[PromptPassage]:
        asked = self._asked
        outcome = await self._search.passages(
            SearchQuery(asked.project_id, query, asked.document_ids, limit=asked.top_k)
        )
        found = outcome.passages if outcome.relevant else ()
        numbered = [_prompt_passage(index, passage) for index, passage in enumerate(found, 1)]
        fitting = fit_passages(numbered, self._budget.passages)
        self._sources = [
            _cited_source(index, passage) for index, passage in enumerate(found[: len(fitting)], 1)
        ]
        self._parser = CitationParser([passage.index for passage in fitting])
        if self._sources:
            await self._save_sources(asked.message_id, self._sources)
        return fitting

    async def _generate(self, passages: Sequence[PromptPassage]) -> AsyncGenerator[AnswerEvent]:
        request = self._request(passages)
        stream = self._model.stream(request)
        try:
            async for item in stream:
                if isinstance(item, Completed):
                    if rest := self._parser.flush():
                        yield self._write(rest)
                    yield await self._completed(item)
                    return
                if isinstance(item, Notice):
                    yield Stage("writing", item.detail)
                elif safe := self._parser.feed(_storable(item.text)):
                    yield self._write(safe)
        finally:
            # Closing the iterator stops the upstream; a plain iterator has nothing to close.
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        yield Failed("LLM_STREAM_CUT", "The answer was cut off.", retryable=True)

    def _request(self, passages: Sequence[PromptPassage]) -> ChatRequest:
        asked = self._asked
        messages = build_messages(
            asked.question,
            passages,
            instructions=asked.instructions,
            memories=asked.memories,
            history=asked.history,
            budget=self._budget,
        )
        self._prompt_tokens = sum(estimate_tokens(message.content) for message in messages)
        return ChatRequest(
            messages,
            asked.question,
            passages,
            temperature=asked.temperature,
            message_id=asked.message_id,
        )

    async def _completed(self, item: Completed) -> Finished | Failed:
        if not self._text().strip():
            return Failed("LLM_API_ERROR", "The model gave an empty answer.", retryable=True)
        usage = item.usage
        return await self._finished(
            item.finish_reason,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            model=item.model,
        )

    async def _finished(
        self,
        reason: FinishReason,
        *,
        prompt_tokens: int,
        completion_tokens: int,
        model: str | None = None,
    ) -> Finished:
        cited = await self._cited()
        return Finished(
            self._asked.message_id, prompt_tokens, completion_tokens, reason, cited, model
        )

    async def _cited(self) -> tuple[Citation, ...]:
        # Comparing words takes milliseconds that other streams would wait for.
        return await asyncio.to_thread(cite, self._text(), self._parser.markers, self._sources)

    def _write(self, text: str) -> Text:
        self._written.append(text)
        return Text(text)

    def _text(self) -> str:
        return "".join(self._written)


def _prompt_passage(index: int, passage: Passage) -> PromptPassage:
    return PromptPassage(index, passage.text, passage.document_name, passage.page_number)


def _cited_source(index: int, passage: Passage) -> CitedSource:
    source = Source(
        index=index,
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        document_name=passage.document_name,
        document_version=passage.document_version,
        page_number=passage.page_number,
        start=passage.start,
        end=passage.end,
        snippet=snippet(passage.text),
        score=round(passage.score, 4),
    )
    return CitedSource(source, passage.text, passage.pages)


def snippet(text: str) -> str:
    """The beginning of a text on one line, short enough for a card."""
    line = " ".join(text.split())
    if len(line) <= SNIPPET_CHARS:
        return line
    return line[:SNIPPET_CHARS].rsplit(" ", 1)[0] + "…"


def _storable(text: str) -> str:
    """Without what Postgres and UTF-8 refuse: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
