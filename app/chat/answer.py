"""One turn: from a question to the events of its answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import cast
from uuid import UUID

from app.chat.asides import Asides
from app.chat.citations import CitationParser
from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    FailureCode,
    Finished,
    FinishReason,
    PassagesFound,
    Stage,
    Started,
    Text,
)
from app.chat.evidence import CitedSource, cite
from app.chat.followups import standalone_question
from app.chat.gathering import Asked, Gathering
from app.chat.material import Material
from app.chat.prompt import PromptBudget, build_messages, estimate_tokens, with_report
from app.chat.storable import storable
from providers.contract import ChatModel, ChatRequest, Completed, Notice, Usage
from providers.errors import ProviderError
from retrieval.trace import SearchTrace

SaveSources = Callable[[UUID, Sequence[CitedSource], SearchTrace | None], Awaitable[None]]


class AnswerTurn:
    """Answers one question; no transaction is open while the model talks.

    Args:
        asked: The question.
        gathering: Finds what the answer is written from.
        model: Writes the answer.
        asides: Asks the model on the side.
        save_sources: Keeps the sources before they are sent, so that each stays readable, and why
            they are these.
        budget: How long a prompt may be.
    """

    def __init__(
        self,
        asked: Asked,
        *,
        gathering: Gathering,
        model: ChatModel,
        asides: Asides,
        save_sources: SaveSources,
        budget: PromptBudget | None = None,
    ) -> None:
        self._asked = asked
        self._gathering = gathering
        self._model = model
        self._asides = asides
        self._save_sources = save_sources
        self._budget = budget or PromptBudget()
        self._material = Material()
        self._parser = CitationParser(())
        self._written: list[str] = []
        self._prompt_tokens = 0

    async def events(self) -> AsyncGenerator[AnswerEvent]:
        """Yield `Started` first and `Finished` or `Failed` last."""
        asked = self._asked
        yield Started(asked.conversation_id, asked.message_id, self._model.name, asked.mode)
        try:
            async with aclosing(self._gather()) as stages:
                async for stage in stages:
                    yield stage
            yield PassagesFound(tuple(cited.source for cited in self._material.sources))
            if not self._material.passages:
                yield self._write(self._gathering.nothing)
                yield await self._finished("stop", Usage(0, 0))
                return
            yield Stage("writing")
            async with aclosing(self._generate()) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            if rest := self._parser.flush():
                yield self._write(rest)
            yield Failed(
                cast("FailureCode", error.code),
                error.detail,
                error.retryable,
                self._gathering.searches,
            )

    async def stopped(self) -> Finished:
        """The end of an answer that its reader stopped."""
        completion = estimate_tokens(self._text()) if self._written else 0
        return await self._finished("stopped", Usage(self._prompt_tokens, completion))

    async def _gather(self) -> AsyncGenerator[Stage]:
        asked = self._asked
        if asked.history and self._asides.can_ask:
            yield Stage("rewriting")
        query = await standalone_question(
            asked.question, asked.history, self._asides, for_web=asked.mode != "docs"
        )
        if query != asked.question.strip():
            yield Stage("rewriting", query)
        async with aclosing(self._gathering.steps(query)) as steps:
            async for step in steps:
                if isinstance(step, Stage):
                    yield step
                else:
                    self._material = step
        self._parser = CitationParser([passage.index for passage in self._material.passages])
        sources, trace = self._material.sources, self._gathering.trace
        if sources or trace:
            await self._save_sources(asked.message_id, sources, trace)

    async def _generate(self) -> AsyncGenerator[AnswerEvent]:
        stream = self._model.stream(self._request())
        try:
            async for item in stream:
                if isinstance(item, Completed):
                    if rest := self._parser.flush():
                        yield self._write(rest)
                    yield await self._completed(item)
                    return
                if isinstance(item, Notice):
                    yield Stage("writing", item.detail)
                elif safe := self._parser.feed(storable(item.text)):
                    yield self._write(safe)
        finally:
            # Closing the iterator stops the upstream; a plain iterator has nothing to close.
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        yield Failed(
            "LLM_STREAM_CUT",
            "The answer was cut off.",
            retryable=True,
            searches=self._gathering.searches,
        )

    def _request(self) -> ChatRequest:
        asked, found = self._asked, self._material
        messages = build_messages(
            with_report(asked.question, found.parts),
            found.passages,
            instructions=asked.instructions,
            memories=asked.memories,
            history=asked.history,
            budget=self._budget,
        )
        self._prompt_tokens = sum(estimate_tokens(message.content) for message in messages)
        return ChatRequest(
            messages,
            asked.question,
            found.passages,
            temperature=asked.temperature,
            parts=found.parts,
            message_id=asked.message_id,
        )

    async def _completed(self, item: Completed) -> Finished | Failed:
        if not self._text().strip():
            detail = "The model gave an empty answer."
            return Failed(
                "LLM_API_ERROR", detail, retryable=True, searches=self._gathering.searches
            )
        return await self._finished(item.finish_reason, item.usage, item.model)

    async def _finished(
        self, reason: FinishReason, usage: Usage, model: str | None = None
    ) -> Finished:
        aside = self._asides.usage
        return Finished(
            self._asked.message_id,
            aside.prompt_tokens + usage.prompt_tokens,
            aside.completion_tokens + usage.completion_tokens,
            reason,
            await self._cited(),
            model,
            self._gathering.searches,
        )

    async def _cited(self) -> tuple[Citation, ...]:
        # Comparing words takes milliseconds that other streams would wait for.
        return await asyncio.to_thread(
            cite, self._text(), self._parser.markers, self._material.sources
        )

    def _write(self, text: str) -> Text:
        self._written.append(text)
        return Text(text)

    def _text(self) -> str:
        return "".join(self._written)
