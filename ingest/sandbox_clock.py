"""How long a child may take: on the clock, less what it stood in line for a processor."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

LOOK_S = 0.25
MOST = 3
"""Times the limit, at which patience ends however busy the machine is: what a parser loses by
giving way, it is given back."""


@asynccontextmanager
async def patience(seconds: float, waited: Callable[[], float]) -> AsyncGenerator[None]:
    """Bound the block.

    Parsers give way to everything else, so on a busy machine a sound file would run out of time
    for which it could do nothing.

    Args:
        seconds: From now on.
        waited: Seconds for which the child stood in line, from any moment on.

    Raises:
        TimeoutError: They are over.
    """
    loop = asyncio.get_running_loop()
    begin, before = loop.time(), waited()

    async with asyncio.timeout(seconds) as clock:

        def look() -> None:
            nonlocal looking
            if clock.expired():
                return
            allowed = seconds + waited() - before
            clock.reschedule(begin + min(allowed, seconds * MOST))
            looking = loop.call_later(LOOK_S, look)

        looking = loop.call_later(LOOK_S, look)
        try:
            yield
        finally:
            looking.cancel()


def waited_in_line(pid: int) -> float:
    """Seconds for which a process was ready to run and did not; 0 where that is not told.

    From proc_pid_schedstat(5): time run and time waited in nanoseconds, slices.
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
