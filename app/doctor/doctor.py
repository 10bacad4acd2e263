"""Runs the checks for whoever asks, once at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from app.doctor.check import Check, Examination, examine


class Doctor:
    """Looks at everything; who asks while a look is under way gets its result.

    Args:
        checks: Makes the checks anew for each look, as they remember what they have asked.
        rest: Called after each look: gives connections back.
    """

    def __init__(
        self, checks: Callable[[], Sequence[Check]], rest: Callable[[], Awaitable[None]]
    ) -> None:
        self._checks = checks
        self._rest = rest
        self._looking: asyncio.Task[Examination] | None = None

    async def examine(self) -> Examination:
        """Run every check."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._examine())
        return await asyncio.shield(self._looking)

    async def close(self) -> None:
        """End a look that is under way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _examine(self) -> Examination:
        try:
            # In a thread: the first look loads the clients of what is asked.
            return await examine(await asyncio.to_thread(self._checks))
        finally:
            await self._rest()
