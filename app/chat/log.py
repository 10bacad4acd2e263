"""The process's one writer of the event log: log before send, in group commits."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Error

from app.chat import record
from app.chat.closing import Ending, columns
from app.chat.connection import OwnConnection
from app.chat.openrun import Numbered, OpenRun
from app.chat.sql import APPEND, CLOSE_OWN, RENEW

logger = logging.getLogger(__name__)

RUNS_PER_COMMIT = 200  # Their ids are one notification, whose payload holds 8000 bytes.
RETRY_S = (0.05, 0.2, 0.5, 1.0, 2.0)  # Together below the lease: behind it, others may take over.


class EventLog:
    """Puts the waiting events of all runs into one insert, then shows them to their listeners.

    Args:
        connection: Not shared with anybody else.
        owner: This process; the log takes events of its runs alone.
        lease_s: How long a renewed lease holds.
    """

    def __init__(self, connection: OwnConnection, *, owner: UUID, lease_s: float) -> None:
        self._connection = connection
        self._owner = owner
        self._lease_s = lease_s
        self._waiting: dict[UUID, OpenRun] = {}
        self._endings: list[tuple[Ending, asyncio.Future[bool]]] = []
        self._wake = asyncio.Event()
        self.commits = 0
        self.events = 0

    def put(self, run: OpenRun) -> None:
        """Note that a run has events for the log."""
        self._waiting[run.message_id] = run
        self._wake.set()

    async def close(self, ending: Ending) -> bool:
        """Store an answer and log its end; False, and nothing written, for a run that is not ours.

        The events before it are in the log already.
        """
        closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._endings.append((ending, closed))
        self._wake.set()
        return await closed

    async def write(self) -> None:
        """Write for ever; cancel it to end."""
        while True:
            await self._wake.wait()
            group = [self._waiting.pop(key) for key in list(self._waiting)[:RUNS_PER_COMMIT]]
            endings = self._endings[:RUNS_PER_COMMIT]
            del self._endings[:RUNS_PER_COMMIT]
            if not self._waiting and not self._endings:
                self._wake.clear()
            await self._commit(group)
            await self._close(endings)

    async def renew(self, runs: Sequence[UUID]) -> dict[UUID, bool]:
        """Renew the leases of these runs; those it still owns, and whether to stop each.

        Raises:
            psycopg.Error: The database did not answer.
        """
        rows = await self._connection.execute(
            RENEW, {"owner": self._owner, "runs": list(runs), "lease_s": self._lease_s}
        )
        return dict(rows)

    async def _commit(self, group: Sequence[OpenRun]) -> None:
        taken = [(run, run.take()) for run in group if not run.lost]
        batch = [(run, events) for run, events in taken if events]
        if not batch:
            return
        mine = await self._execute(APPEND, _columns(batch))
        for run, events in batch:
            if run.message_id in mine:
                self.events += len(events)
                run.logged(events)
            else:
                run.end("lost")

    async def _close(self, endings: Sequence[tuple[Ending, asyncio.Future[bool]]]) -> None:
        if not endings:
            return
        mine = await self._execute(CLOSE_OWN, columns([ending for ending, _ in endings]))
        for ending, closed in endings:
            if not closed.done():
                closed.set_result(ending.message_id in mine)

    async def _execute(self, statement: LiteralString, parameters: dict[str, Any]) -> set[UUID]:
        """The runs for which it was done; nothing is done for a run of another owner."""
        for pause in (*RETRY_S, None):
            try:
                rows = await self._connection.execute(
                    statement, parameters | {"owner": self._owner}
                )
            except Error:
                logger.warning("The event log could not be written.", exc_info=True)
                if pause is None:
                    break
                await asyncio.sleep(pause)
            else:
                self.commits += 1
                return set(rows[0][0])
        return set()


def _columns(batch: Sequence[tuple[OpenRun, list[Numbered]]]) -> dict[str, Any]:
    rows = [
        (run.message_id, seq, *record.write(event))
        for run, events in batch
        for seq, event in events
    ]
    ids, seqs, kinds, datas = (list(column) for column in zip(*rows, strict=True))
    runs = [run.message_id for run, _ in batch]
    return {"runs": runs, "ids": ids, "seqs": seqs, "kinds": kinds, "datas": datas}
