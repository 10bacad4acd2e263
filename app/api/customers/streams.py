"""Answers to customers as HTTP responses, in any dialect: they end with the token."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from uuid import UUID

from litestar.response import Stream

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import while_allowed
from app.api.live import Live
from app.api.streams import SILENCE_S
from app.chat.chat import Chat
from app.chat.events import AnswerEvent, Failed, Finished
from app.chat.openrun import Numbered
from app.wire.piece import CLOSED, TOO_LONG, Piece, behind
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS


class Dialect(Protocol):
    """Encodes one answer, fed from its first event on.

    Attributes:
        sent: The number of the last piece that left.
    """

    @property
    def heartbeat(self) -> bytes:
        """What its readers pass over."""
        ...

    sent: int

    def feed(self, number: int, event: AnswerEvent) -> Sequence[Piece]:
        """The bytes of one event."""
        ...

    def broken_off(self, reason: str) -> bytes:
        """The last word of a stream that ends ahead of its answer."""
        ...


End = Callable[[], Awaitable[Sequence[Piece]]]


@dataclass(frozen=True, slots=True)
class Telling:
    """An answer that is told to a customer.

    Attributes:
        chat: Where it is followed.
        watch: Ends it when the token does.
        standing: On what the customer stands.
        message_id: The answer.
        after: The number of the last piece that the reader has.
        media_type: Of the dialect.
        end: What comes behind the answer, if anything.
        most_s: The longest that it may take.
        farewell: What the reader is told when the standing has fallen.
    """

    chat: Chat
    watch: AccessWatch
    standing: Standing
    message_id: UUID
    after: int = 0
    media_type: str = MEDIA_TYPE
    end: End | None = None
    most_s: float | None = None
    silence_s: float = SILENCE_S
    farewell: str = CLOSED

    def stream(self, dialect: Dialect) -> Stream:
        """The response."""
        pieces = while_allowed(
            self._bytes(dialect),
            self.watch,
            self.standing,
            lambda: dialect.broken_off(self.farewell),
        )
        return streamed(pieces, self.message_id, self.media_type)

    async def _bytes(self, dialect: Dialect) -> AsyncGenerator[bytes]:
        dialect.sent = self.after
        until = None if self.most_s is None else monotonic() + self.most_s
        closed = False
        # From its first event on: what the reader has is part of what comes last.
        following = self.chat.batches(self.message_id, idle_s=self.silence_s)
        async with aclosing(following) as batches:
            try:
                while (batch := await _next(batches, until)) is not None:
                    pieces = [piece for each in batch for piece in dialect.feed(*each)]
                    closed = bool(batch) and isinstance(batch[-1][1], Finished | Failed)
                    if data := behind(pieces, self.after):
                        yield data
                        dialect.sent = pieces[-1].number
                    elif not batch:
                        yield dialect.heartbeat
            except TimeoutError:
                yield dialect.broken_off(TOO_LONG)
                return
        if not closed:
            yield dialect.broken_off(CLOSED)
        elif self.end is not None:
            yield behind(await self.end(), self.after)


def streamed(pieces: AsyncGenerator[bytes], message_id: UUID, media_type: str) -> Stream:
    """A stream's response."""
    headers = {**STREAM_HEADERS, "X-Message-Id": str(message_id)}
    return Live(pieces, status_code=200, media_type=media_type, headers=headers)


async def once(data: bytes) -> AsyncGenerator[bytes]:
    """A stream that is there already."""
    yield data


async def _next(
    batches: AsyncGenerator[list[Numbered]], until: float | None
) -> list[Numbered] | None:
    async with asyncio.timeout(None if until is None else until - monotonic()):
        return await anext(batches, None)
