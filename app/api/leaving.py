"""Callers that hang up before they have their answer: the server says so, if it is listened to."""

import asyncio
from collections.abc import Awaitable, Callable

from litestar.types import Receive, ReceiveMessage, Scope, Send

Serve = Callable[[Scope, Receive, Send], Awaitable[None]]


async def hung_up(receive: Receive) -> None:
    """Return when the caller has gone; the request's body has been read."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def while_listening(serve: Serve, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request until its caller hangs up; it is cancelled then."""
    read = asyncio.Event()

    async def observed() -> ReceiveMessage:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            read.set()
        return message

    async def leaving() -> None:
        # Not ahead of that: a piece of the body that is taken here is missed there.
        await read.wait()
        await hung_up(receive)

    tasks = [asyncio.ensure_future(serve(scope, observed, send)), asyncio.ensure_future(leaving())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
