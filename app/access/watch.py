"""Access lost is lost at once: open streams hear of it and end.

The database itself says when something may have taken access away (triggers of the migration
`0004_accountability`), so that no path to it can be forgotten. What is heard is only a hint: each
affected standing is then looked up again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from psycopg import Error
from sqlalchemy.exc import SQLAlchemyError

from app.access.standing import Standing, fallen
from app.db.listener import LOST, Listener
from ingest.corpus.sessions import Transactions

CHANNEL = "lumen_access"
"""Name of the Postgres channel; payloads are `user <id>` and `project <id>`."""

SWEEP_S = 15.0  # For what no change announces: a session or token that runs out.
RECENT_S = 10.0  # Longer than a request takes from reading its user to watching over its stream.
RETRY_S = 0.5

_log = logging.getLogger(__name__)


class Watch(Protocol):
    """Tells when somebody's access is gone."""

    def on_loss(self, standing: Standing, act: Callable[[], None]) -> Callable[[], None]:
        """Call `act` once when it is; what is returned ends the watch."""
        ...


class Unwatched:
    """Where there is one person only: access can't be lost."""

    def on_loss(self, standing: Standing, act: Callable[[], None]) -> Callable[[], None]:
        """Never calls."""
        del standing, act
        return lambda: None


class AccessWatch:
    """Watches over the open streams of this process.

    Args:
        transactions: Opens a transaction.
        listener: Hears `CHANNEL`.

    Attributes:
        released: Whether streams end because the server does, and not because access was lost.
    """

    def __init__(self, transactions: Transactions, listener: Listener) -> None:
        self._transactions = transactions
        self._listener = listener
        self._watched: dict[Standing, list[Callable[[], None]]] = {}
        self._recent: deque[tuple[float, str]] = deque(maxlen=1_000)
        self._due: set[Standing] = set()
        self._called = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.released = False

    def start(self) -> None:
        """Begin to watch; `close` ends it."""
        loops = (self._hear(), self._look(), self._sweep())
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def release(self) -> None:
        """End every stream that is watched over, since the server ends; nobody lost anything."""
        self.released = True
        for acts in list(self._watched.values()):
            for act in list(acts):
                act()

    def on_loss(self, standing: Standing, act: Callable[[], None]) -> Callable[[], None]:
        """Call `act` once when this standing has fallen; what is returned ends the watch."""
        acts = self._watched.setdefault(standing, [])
        acts.append(act)
        oldest = monotonic() - RECENT_S
        if any(at >= oldest and _concerns(said, standing) for at, said in self._recent):
            # It may have changed between the request's look and now.
            self._check([standing])

        def forget() -> None:
            if act in acts:
                acts.remove(act)
            if not acts and self._watched.get(standing) is acts:
                del self._watched[standing]

        return forget

    @contextmanager
    def over(self, standing: Standing) -> Generator[asyncio.Event]:
        """Give an event that is set when the standing has fallen."""
        lost = asyncio.Event()
        forget = self.on_loss(standing, lost.set)
        try:
            yield lost
        finally:
            forget()

    def _check(self, standings: Collection[Standing]) -> None:
        self._due.update(standings)
        self._called.set()

    async def _hear(self) -> None:
        async with self._listener.subscribe(CHANNEL) as payloads:
            while True:
                said = await payloads.get()
                self._recent.append((monotonic(), said))
                self._check([each for each in self._watched if _concerns(said, each)])

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self._check(list(self._watched))

    async def _look(self) -> None:
        while True:
            await self._called.wait()
            self._called.clear()
            due = {each for each in self._due if each in self._watched}
            self._due.clear()
            if not due:
                continue
            try:
                async with self._transactions() as session:
                    gone = await fallen(session, due)
            except (SQLAlchemyError, Error):
                _log.warning("Access could not be looked up again.", exc_info=True)
                await asyncio.sleep(RETRY_S)
                self._check(due)
                continue
            for standing in gone:
                for act in self._watched.pop(standing, []):
                    act()


def _concerns(said: str, standing: Standing) -> bool:
    return said in {LOST, f"user {standing.user_id}", f"project {standing.project_id}"}
