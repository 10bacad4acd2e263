"""Answers for callers that can't come back to them: read to the end, or not at all."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from app.api.streams import SILENCE_S
from app.chat.chat import Chat
from app.chat.events import AnswerEvent
from app.wire.sse import HEARTBEAT

AnyRequest = Request[Any, Any, State]


async def only_here(
    chat: Chat,
    message_id: UUID,
    encode: Callable[[AnswerEvent], bytes],
    silence_s: float = SILENCE_S,
) -> AsyncGenerator[bytes]:
    """The answer in somebody's words; generation stops when its one reader goes."""
    try:
        async with aclosing(chat.batches(message_id, idle_s=silence_s)) as batches:
            async for batch in batches:
                yield b"".join(encode(event) for _, event in batch) or HEARTBEAT
    finally:
        chat.abandon(message_id)


async def whole(chat: Chat, message_id: UUID, request: AnyRequest) -> list[AnswerEvent]:
    """All events of the answer; generation stops when the caller hangs up."""
    reading = asyncio.ensure_future(_read(chat, message_id))
    leaving = asyncio.ensure_future(_left(request.receive))
    try:
        await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            chat.abandon(message_id)
        return await reading
    finally:
        chat.abandon(message_id)
        leaving.cancel()
        reading.cancel()


async def _read(chat: Chat, message_id: UUID) -> list[AnswerEvent]:
    events: list[AnswerEvent] = []
    async with aclosing(chat.batches(message_id)) as batches:
        async for batch in batches:
            events += [event for _, event in batch]
    return events


async def _left(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
