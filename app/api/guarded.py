"""Streams that end when their reader's access does."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from app.access.standing import Standing
from app.access.watch import AccessWatch

ENDED = "Your access to this project has ended."


async def while_allowed(
    stream: AsyncGenerator[bytes],
    watch: AccessWatch,
    standing: Standing,
    farewell: bytes | Callable[[], bytes],
) -> AsyncGenerator[bytes]:
    """The stream's pieces for as long as the standing holds, then `farewell` and the end.

    A piece that is on its way when access is lost is dropped, not sent. A server that ends ends the
    stream without a word: its reader may come back.
    """
    with watch.over(standing) as lost:
        async with aclosing(stream) as pieces, aclosing(_until(lost, pieces)) as allowed:
            async for piece in allowed:
                yield piece
        if lost.is_set() and not watch.released:
            yield farewell() if callable(farewell) else farewell


async def _until(end: asyncio.Event, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    ending = asyncio.ensure_future(end.wait())
    following: asyncio.Future[bytes | None] | None = None
    try:
        while True:
            following = asyncio.ensure_future(anext(pieces, None))
            await asyncio.wait({following, ending}, return_when=asyncio.FIRST_COMPLETED)
            if end.is_set():
                return
            piece = following.result()
            if piece is None:
                return
            yield piece
    finally:
        ending.cancel()
        if following is not None:
            await _cancelled(following)


async def _cancelled(task: asyncio.Future[bytes | None]) -> None:
    """Cancel the task and return when it has ended, however often the caller is cancelled.

    A server that drops a connection cancels again and again until its handler is out; what reads
    the stream must be out of it before the stream can be closed.

    Raises:
        CancelledError: The caller was cancelled meanwhile.
    """
    told: asyncio.CancelledError | None = None
    task.cancel()
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            told = error
    if told is not None:
        raise told
