"""Streams that end when their reader's access does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from app.access.standing import Standing
from app.access.watch import AccessWatch

ENDED = "Your access to this project has ended."


async def while_allowed(
    stream: AsyncGenerator[bytes], watch: AccessWatch, standing: Standing, farewell: bytes
) -> AsyncGenerator[bytes]:
    """The stream's pieces for as long as the standing holds, then `farewell` and the end.

    A piece that is on its way when access is lost is dropped, not sent.
    """
    with watch.over(standing) as lost:
        async with aclosing(stream) as pieces:
            losing = asyncio.ensure_future(lost.wait())
            following: asyncio.Future[bytes] | None = None
            try:
                while True:
                    following = asyncio.ensure_future(anext(pieces))
                    await asyncio.wait({following, losing}, return_when=asyncio.FIRST_COMPLETED)
                    if lost.is_set():
                        yield farewell
                        return
                    try:
                        piece = following.result()
                    except StopAsyncIteration:
                        return
                    yield piece
            finally:
                losing.cancel()
                if following is not None and not following.done():
                    following.cancel()
                    await asyncio.wait({following})
