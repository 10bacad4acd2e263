"""Waiting for a condition, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

POLL_S = 0.02

T = TypeVar("T")


async def eventually(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: It did not within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(POLL_S)


async def eventually_async(look: Callable[[], Awaitable[T | None]], *, seconds: float = 60) -> T:
    """Return what `look` gives as soon as that is something.

    Raises:
        TimeoutError: It gave nothing within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - as above
            await asyncio.sleep(POLL_S)
    return found
