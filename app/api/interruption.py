"""Ending what a task waits for, from outside, without a task of its own to wait in."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Interrupted(Exception):
    """Whoever waited was told to stop."""


class Interruption:
    """Stops a task's waiting once it is called, and whatever it would wait for from then on.

    It cancels the waiting task and takes the cancellation back, as `asyncio.timeout` does when its
    time is over: so a stream that waits for hours holds nothing but its own frames. A cancellation
    from elsewhere passes through.
    """

    def __init__(self) -> None:
        self.is_called = False
        self._waiting: asyncio.Task[object] | None = None
        self._has_cancelled = False

    def call(self) -> None:
        """Stop whoever waits, now or later."""
        self.is_called = True
        if self._waiting is not None and not self._has_cancelled:
            self._has_cancelled = True
            self._waiting.cancel()

    async def wait(self, awaited: Awaitable[T]) -> T:
        """Wait for it.

        Raises:
            Interrupted: `call` came meanwhile; what was awaited has been cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("Only a task can be interrupted.")
        cancellations = task.cancelling()
        self._waiting = task
        try:
            return await awaited
        except asyncio.CancelledError:
            if self._has_cancelled and task.cancelling() <= cancellations + 1:
                raise Interrupted from None
            raise
        finally:
            self._waiting = None
            if self._has_cancelled:
                task.uncancel()
                self._has_cancelled = False
