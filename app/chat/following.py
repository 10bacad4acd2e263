"""Reading an answer's events, live or stored, from any process: the same events either way."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from time import monotonic
from uuid import UUID

from app.chat import record
from app.chat.events import Failed, Finished
from app.chat.openrun import Numbered, OpenRun
from app.chat.signals import Signals
from app.chat.sql import LAST_SEQ, READ
from ingest.corpus.sessions import Reads

EVENTS_A_PAGE = 500
LOOK_AGAIN_S = 2.0  # Where a notification was lost.


class Following:
    """Gives listeners their events.

    Args:
        reads: Opens a session to read in; none is open while a listener waits.
        signals: Says when another process logged something.
        open_runs: The runs of this process, kept up to date by their owner.
    """

    def __init__(self, reads: Reads, signals: Signals, open_runs: Mapping[UUID, OpenRun]) -> None:
        self._reads = reads
        self._signals = signals
        self._open = open_runs

    async def batches(
        self, message_id: UUID, after: int = 0, *, idle_s: float | None = None
    ) -> AsyncGenerator[list[Numbered]]:
        """Yield the events behind number `after`, as many as there are, until the closing one.

        A number that the answer has not reached was never sent: it counts as 0.

        Args:
            message_id: The answer.
            after: The last number that the listener has.
            idle_s: Yield an empty list after so much silence.
        """
        cursor = await self._known(message_id, after)
        silence = _Silence(idle_s)
        with self._signals.watch(message_id) as grew:
            run: OpenRun | None = None
            while True:
                # A run that has just ended still holds its last events: they need not be read.
                run = self._open.get(message_id, run)
                events, closed = run.since(cursor) if run is not None else None, False
                if not events and message_id not in self._open:
                    run = events = None
                progress = run.progress if run is not None and events is not None else grew.wait
                if events is None:
                    grew.clear()
                    events, closed = await self._read(message_id, cursor)
                if events:
                    yield events
                    cursor, last = events[-1]
                    closed = isinstance(last, Finished | Failed)
                    silence.end()
                elif silence.is_over():
                    yield []
                    silence.end()
                elif not closed:
                    await _at_most(silence.left_s(), progress)
                if closed:
                    return

    async def _known(self, message_id: UUID, after: int) -> int:
        if after <= 0:
            return 0
        async with self._reads() as session:
            connection = await session.connection()
            found = await connection.execute(LAST_SEQ, {"message_id": message_id})
            return after if after <= found.scalar_one() else 0

    async def _read(self, message_id: UUID, after: int) -> tuple[list[Numbered], bool]:
        parameters = {"message_id": message_id, "after": after, "count": EVENTS_A_PAGE}
        async with self._reads() as session:
            connection = await session.connection()
            rows = (await connection.execute(READ, parameters)).all()
        events = [(seq, record.read(kind, data)) for _, seq, kind, data in rows if seq is not None]
        # No row at all: the message was deleted, or never had a run.
        return events, not rows or rows[0].closed


class _Silence:
    def __init__(self, idle_s: float | None) -> None:
        self._idle_s = idle_s
        self._since = monotonic()

    def end(self) -> None:
        self._since = monotonic()

    def is_over(self) -> bool:
        return self._idle_s is not None and monotonic() - self._since >= self._idle_s

    def left_s(self) -> float:
        if self._idle_s is None:
            return LOOK_AGAIN_S
        return min(max(self._since + self._idle_s - monotonic(), 0.001), LOOK_AGAIN_S)


async def _at_most(seconds: float, wait: Callable[[], Awaitable[object]]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wait()
    except TimeoutError:
        return
