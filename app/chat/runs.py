"""Runs: the generation of answers, detached from the requests that asked for them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from psycopg import Error
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from app.chat import closing
from app.chat.connection import OwnConnection
from app.chat.events import AnswerEvent, Closing, Failed, Finished
from app.chat.following import Following
from app.chat.log import EventLog
from app.chat.openrun import Numbered, OpenRun
from app.chat.signals import Signals
from app.chat.sql import REQUEST_STOP, RESERVE
from ingest.corpus.sessions import Reads, Transactions

logger = logging.getLogger(__name__)

GRACE_S = 2.0  # For a generator that was cancelled to close its upstream.

SHUT_DOWN = Failed("CANCELLED", "The server was stopped. Ask again.", retryable=True)
FORBIDDEN = Failed("CANCELLED", "Your access to this project has ended.", retryable=False)
BROKEN = Failed("INTERNAL", "Something went wrong in the server. Ask again.", retryable=True)


class Turn(Protocol):
    """What a run generates."""

    def events(self) -> AsyncGenerator[AnswerEvent]:
        """Yield `Started` first and `Finished` or `Failed` last; closing it stops the upstream."""
        ...

    async def stopped(self) -> Finished:
        """The end of an answer that its reader stopped, after `events` was closed."""
        ...


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How runs live and die, in seconds.

    Attributes:
        lease_s: A process that was silent for so long is taken for dead.
        beat_s: Between renewals, and between looks for the runs of the dead.
        limit_s: The longest run.
    """

    lease_s: float = 4.0
    beat_s: float = 1.0
    limit_s: float = 600.0


class Runs:
    """The runs of this process, and a way to follow those of any.

    Args:
        transactions: Opens a transaction.
        conninfo: The same database, for two connections beside the pool.
        options: Times.
        reads: Opens a session to read in; None for a transaction.
    """

    def __init__(
        self,
        transactions: Transactions,
        conninfo: str,
        options: RunOptions | None = None,
        reads: Reads | None = None,
    ) -> None:
        self.owner: UUID = uuid7()
        self.options = options or RunOptions()
        self._transactions = transactions
        self._open: dict[UUID, OpenRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._beats: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        self._connection = OwnConnection(conninfo, "lumen-log")
        self.log = EventLog(self._connection, owner=self.owner, lease_s=self.options.lease_s)
        self.signals = Signals(conninfo, self._stop_here)
        self._following = Following(reads or transactions, self.signals, self._open)

    async def open(self) -> None:
        """Start to write, to listen and to look after leases."""
        self._loops = [
            asyncio.create_task(loop) for loop in (self.log.write(), self.signals.listen())
        ]
        self._beats = [
            asyncio.create_task(self._at_each_beat(act)) for act in (self._renew, self._bury)
        ]

    async def close(self) -> None:
        """End the open runs with `Failed`, then everything that `open` started."""
        for run in list(self._open.values()):
            run.end("shutdown")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_S * 2)
        # Not cancelled in the middle of a statement: a connection that is being made would be lost.
        self._ending.set()
        if self._beats:
            await asyncio.wait(self._beats, timeout=GRACE_S)
        left = (*self._tasks, *self._loops, *self._beats)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._connection.close()

    async def reserve(self, session: AsyncSession, message_id: UUID) -> None:
        """Make the run's row in the transaction that makes its message; `start` follows."""
        parameters = {
            "message_id": message_id,
            "owner": self.owner,
            "lease_s": self.options.lease_s,
        }
        connection = await session.connection()
        await connection.execute(RESERVE, parameters)

    def start(self, message_id: UUID, turn: Turn) -> asyncio.Task[None]:
        """Generate, whoever listens, from now on; the reserving transaction is committed.

        Returns:
            What is done when the answer has ended; `forbid` and `stop` end it, cancelling doesn't.
        """
        run = OpenRun(message_id)
        self._open[message_id] = run
        task = asyncio.create_task(self._carry(run, turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def batches(
        self, message_id: UUID, after: int = 0, *, idle_s: float | None = None
    ) -> AsyncGenerator[list[Numbered]]:
        """Yield the answer's events behind number `after`, live or stored, as many as there are.

        Ends behind the closing event; yields an empty list after `idle_s` of silence.
        A number that the answer has not reached was never sent: it counts as 0.
        """
        return self._following.batches(message_id, after, idle_s=idle_s)

    async def follow(self, message_id: UUID, after: int = 0) -> AsyncGenerator[Numbered]:
        """Yield the same one by one."""
        async with aclosing(self.batches(message_id, after)) as batches:
            async for batch in batches:
                for numbered in batch:
                    yield numbered

    async def stop(self, message_id: UUID) -> None:
        """Ask the process that generates this answer to end it; no effect on a closed one."""
        async with self._transactions() as session:
            connection = await session.connection()
            await connection.execute(REQUEST_STOP, {"message_id": message_id})
        self._stop_here(message_id)

    def forbid(self, message_id: UUID) -> None:
        """End an answer of this process, since the one who asked may not read it any more."""
        if (run := self._open.get(message_id)) is not None:
            run.end("forbidden")

    def abandon(self, message_id: UUID) -> None:
        """Stop an answer of this process, from where nothing can be awaited any more."""
        self._stop_here(message_id)

    def _stop_here(self, message_id: UUID) -> None:
        if (run := self._open.get(message_id)) is not None:
            run.end("stopped")

    async def _carry(self, run: OpenRun, turn: Turn) -> None:
        pump = asyncio.create_task(self._pump(run, turn))
        try:
            await asyncio.wait(
                {pump, run.halt},
                timeout=self.options.limit_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            pump.cancel()
            await asyncio.wait({pump}, timeout=GRACE_S)
            await self._end(run, await self._conclusion(run, turn, pump))
        finally:
            pump.cancel()
            del self._open[run.message_id]
            # Whoever still waits here reads on in the log.
            run.end("lost")

    async def _pump(self, run: OpenRun, turn: Turn) -> Closing:
        async with aclosing(turn.events()) as events:
            async for event in events:
                if isinstance(event, Finished | Failed):
                    return event
                run.put(event)
                self.log.put(run)
                await run.room()
        raise RuntimeError("The turn ended without a closing event.")

    async def _conclusion(self, run: OpenRun, turn: Turn, pump: asyncio.Task[Closing]) -> Closing:
        if pump.done() and not pump.cancelled():
            if (error := pump.exception()) is None:
                return pump.result()
            logger.error("An answer broke.", exc_info=error, extra={"messageId": run.message_id})
            if not run.halt.done():
                return BROKEN
        if not run.halt.done():
            limit = f"The answer took longer than {self.options.limit_s:.0f} seconds."
            return Failed("LLM_TIMEOUT", limit, retryable=True)
        why = run.halt.result()
        if why == "stopped":
            return await turn.stopped()
        return FORBIDDEN if why == "forbidden" else SHUT_DOWN

    async def _end(self, run: OpenRun, last: Closing) -> None:
        run.closing = True
        await run.settled()
        run.put(last)
        events = run.take()
        ending = closing.Ending(run.message_id, "".join(run.content), events, last)
        if not run.lost and await self.log.close(ending):
            run.logged(events)

    async def _at_each_beat(self, act: Callable[[], Awaitable[None]]) -> None:
        while not self._ending.is_set():
            try:
                await act()
            except (Error, SQLAlchemyError):
                logger.warning("The leases of answers could not be looked after.", exc_info=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.options.beat_s):
                    await self._ending.wait()

    async def _renew(self) -> None:
        known = [run for run in self._open.values() if not run.closing]
        owned = await self.log.renew(list(self._open))
        for run in known:
            if run.message_id not in owned and not run.closing:
                run.end("lost")
            elif owned.get(run.message_id):
                run.end("stopped")

    async def _bury(self) -> None:
        # Not behind the renewal: in a burst it queues for a connection for longer than a lease.
        died = await closing.close_expired(self._transactions, list(self._open))
        if died:
            logger.warning("Closed answers of a process that died.", extra={"count": len(died)})
