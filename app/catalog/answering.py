"""Asking a model as the catalog knows it: in its turn, with patience, with others that stand in.

Whatever can go wrong before the first text is mended here where it can be: by waiting, or by asking
the next model of the list. After the first text nothing is asked again: what was read stands.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import UUID

from app.catalog.health import Entry, Health
from app.catalog.models import ClientCache
from app.catalog.patience import Patience
from app.catalog.queue import Queue
from app.catalog.store import BUILT_IN
from app.catalog.tables import Provider
from providers.contract import ChatRequest, Completed, Notice, TextDelta
from providers.errors import ProviderError, UpstreamBusy

Item = TextDelta | Notice | Completed
_BUSY = 429
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer."""

    provider: Provider
    model: str

    @property
    def name(self) -> str:
        """`slug/model`."""
        return f"{self.provider.slug}/{self.model}"


@dataclass(frozen=True, slots=True)
class Upstream:
    """What it takes to ask a provider."""

    clients: ClientCache
    health: Health
    queue: Queue
    patience: Patience


class CatalogModel:
    """A `ChatModel`: the chosen one, and those that stand in for it.

    Args:
        candidates: The chosen model first; at least one.
        upstream: How to ask them.
    """

    def __init__(self, candidates: Sequence[Candidate], upstream: Upstream) -> None:
        self._candidates = candidates
        self._upstream = upstream

    @property
    def name(self) -> str:
        """`slug/model` of the chosen one."""
        return self._candidates[0].name

    @property
    def is_generative(self) -> bool:
        """Whether the chosen one follows instructions."""
        return self._candidates[0].provider.type != BUILT_IN

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Item]:
        """Yield notices of waits and stand-ins, the text, then exactly one `Completed`.

        Closing the iterator stops the upstream.

        Raises:
            ProviderError: The last one that could be asked failed, or an answer was cut.
        """
        able = self._able(request)
        for candidate, heir in zip(able, [*able[1:], None], strict=True):
            attempt = Attempt(candidate, self._upstream)
            try:
                async with aclosing(attempt.stream(request)) as items:
                    async for item in items:
                        yield self._signed(item, candidate)
            except ProviderError as error:
                if attempt.has_spoken or heir is None:
                    raise
                failure = error
            else:
                return
            yield Notice(
                f"{candidate.name} does not answer ({failure.detail}); {heir.name} answers instead"
            )

    def _able(self, request: ChatRequest) -> Sequence[Candidate]:
        """Those that can do what is asked: the built-in answerer calls for no tools."""
        chosen, *others = self._candidates
        if not request.tools:
            return self._candidates
        return [chosen, *(each for each in others if each.provider.type != BUILT_IN)]

    def _signed(self, item: Item, author: Candidate) -> Item:
        if isinstance(item, Completed) and author.name != self.name:
            return replace(item, model=author.name)
        return item


class Attempt:
    """One model, asked until it speaks or there is no more patience with it.

    Args:
        candidate: The model.
        upstream: How to ask it.
    """

    def __init__(self, candidate: Candidate, upstream: Upstream) -> None:
        self._candidate = candidate
        self._provider = candidate.provider
        self._upstream = upstream
        self._patience = upstream.patience.pause_s
        self._least_pause = upstream.patience.least_pause_s
        self.has_spoken = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Item]:
        """Yield notices, the text, then one `Completed`.

        Raises:
            ProviderError: It did not answer, or not to the end.
        """
        steps = self._say(request) if self._provider.type == BUILT_IN else self._ask(request)
        async with aclosing(steps) as items:
            async for item in items:
                self.has_spoken = self.has_spoken or isinstance(item, TextDelta)
                yield item

    async def _ask(self, request: ChatRequest) -> AsyncGenerator[Item]:
        health, identity = self._upstream.health, self._provider.id
        # Whom nobody may ask now, nobody needs to queue for.
        entry = await health.enter(identity)
        try:
            async with aclosing(self._queued(request.message_id)) as notices:
                waited = False
                async for notice in notices:
                    waited = True
                    yield notice
            if waited and not entry.is_trial:
                entry = await health.enter(identity)
            async with aclosing(self._persist(request, entry)) as items:
                async for item in items:
                    yield item
        except ProviderError:
            await self._leave(request.message_id)
            raise

    async def _queued(self, message_id: UUID | None) -> AsyncGenerator[Notice]:
        if message_id is None or self._provider.max_concurrent is None:
            return
        queue = self._upstream.queue
        async with aclosing(queue.wait(self._provider.id, message_id)) as notices:
            async for notice in notices:
                yield notice

    async def _leave(self, message_id: UUID | None) -> None:
        if message_id is not None and self._provider.max_concurrent is not None:
            await self._upstream.queue.leave(self._provider.id, message_id)

    async def _persist(self, request: ChatRequest, entry: Entry) -> AsyncGenerator[Item]:
        """Ask, and again after each pause that the provider wants, as long as patience lasts."""
        while True:
            if entry.pause_s > 0:
                yield self._announced(entry.pause_s)
                await asyncio.sleep(entry.pause_s)
                entry = await self._upstream.health.enter(self._provider.id)
                continue
            try:
                async with aclosing(self._watched(request, entry)) as items:
                    async for item in items:
                        yield item
            except UpstreamBusy as error:
                entry = replace(entry, pause_s=self._pause_for(error))
            else:
                return

    def _announced(self, pause: float) -> Notice:
        """Say that there is a pause, and take it from what patience is left.

        Raises:
            UpstreamBusy: There is not enough left.
        """
        if pause > self._patience:
            busy = _wants_rest("429 the provider was asked too often", pause)
            raise busy
        self._patience -= pause
        return Notice(f"{self._provider.slug} asks for a pause of {_spoken(pause)}")

    def _pause_for(self, error: UpstreamBusy) -> float:
        """How long to wait before the next try, longer each time: it must not go on for ever.

        Raises:
            UpstreamBusy: It wants no pause, or one that is longer than patience lasts.
        """
        if error.retry_after is None or self.has_spoken:
            raise error
        least, self._least_pause = self._least_pause, self._least_pause * 2
        pause = max(error.retry_after, least)
        if pause > self._patience:
            busy = _wants_rest(error.detail, error.retry_after)
            raise busy from error
        return pause

    async def _watched(self, request: ChatRequest, entry: Entry) -> AsyncGenerator[Item]:
        """Ask once; how it went is remembered for all who ask later.

        Raises:
            UpstreamBusy: It answers nobody now.
            ProviderError: Something else went wrong.
        """
        health, identity = self._upstream.health, self._provider.id
        unwritten: tuple[type[Item], ...] = () if entry.is_remembered else (Completed,)
        if entry.is_trial:
            unwritten = (TextDelta, Completed)
        try:
            async with aclosing(self._say(request)) as items:
                async for item in items:
                    # Before it is handed on: nobody has to come back after the last one.
                    if isinstance(item, unwritten):
                        await (health.succeeded if entry.is_trial else health.answered)(identity)
                        unwritten = ()
                    yield item
        except UpstreamBusy as error:
            await (health.failed if error.retry_after is None else health.paused)(identity, error)
            raise
        except ProviderError as error:
            await health.failed(identity, error)
            raise

    async def _say(self, request: ChatRequest) -> AsyncGenerator[Item]:
        async with self._upstream.clients.lease(self._provider) as client:
            stream = client.chat_model(self._candidate.model).stream(request)
            try:
                async for item in stream:
                    yield item
            finally:
                # Closing the iterator stops the upstream; a plain iterator has nothing to close.
                if isinstance(stream, AsyncGenerator):
                    await stream.aclose()


def _wants_rest(detail: str, pause: float) -> UpstreamBusy:
    return UpstreamBusy(f"{detail}; it wants to be left alone for {_spoken(pause)}", status=_BUSY)


def _spoken(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return f"{max(round(seconds), 1)} s"
    return f"{min(seconds, 100 * _HOUR) / _MINUTE:.0f} min"
