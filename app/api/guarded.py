"""Streams that end when their reader's access does."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.interruption import Interrupted, Interruption

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
    lost = Interruption()
    forget = watch.on_loss(standing, lost.call)
    try:
        async with aclosing(stream) as pieces:
            while not lost.is_called:
                try:
                    piece = await lost.wait(anext(pieces, None))
                except Interrupted:
                    break
                if piece is None:
                    break
                yield piece
        if lost.is_called and not watch.released:
            yield farewell() if callable(farewell) else farewell
    finally:
        forget()
