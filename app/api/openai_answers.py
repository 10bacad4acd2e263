"""Answers for callers that can't come back to them, unless their request has a key."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from app.api.leaving import hung_up
from app.api.streams import SILENCE_S
from app.chat.chat import Chat
from app.chat.events import AnswerEvent
from app.wire.sse import HEARTBEAT

AnyRequest = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer on its way to its caller.

    Attributes:
        chat: Where it is followed.
        message_id: The answer.
        lasting: Whether the caller can come back to it; if not, generation stops when they go.
    """

    chat: Chat
    message_id: UUID
    lasting: bool = False

    async def pieces(
        self, encode: Callable[[AnswerEvent], bytes], silence_s: float = SILENCE_S
    ) -> AsyncGenerator[bytes]:
        """The answer in somebody's words, from its first event on."""
        following = self.chat.batches(self.message_id, idle_s=silence_s)
        try:
            async with aclosing(following) as batches:
                async for batch in batches:
                    if data := b"".join(encode(event) for _, event in batch):
                        yield data
                    elif not batch:
                        yield HEARTBEAT
        finally:
            self._leave()

    async def whole(self, request: AnyRequest) -> list[AnswerEvent]:
        """All events of the answer; those there are where the caller hangs up."""
        events: list[AnswerEvent] = []
        reading = asyncio.ensure_future(self._read(events))
        leaving = asyncio.ensure_future(hung_up(request.receive))
        try:
            await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                await reading
        finally:
            self._leave()
            leaving.cancel()
            reading.cancel()
        return events

    async def _read(self, events: list[AnswerEvent]) -> None:
        async with aclosing(self.chat.batches(self.message_id)) as batches:
            async for batch in batches:
                events += [event for _, event in batch]

    def _leave(self) -> None:
        if not self.lasting:
            self.chat.abandon(self.message_id)
