"""What deletions left behind, and what is missing: files without documents, documents without."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import LEFT_ROWS, NAMED_FILES, WAITING_DELETIONS

PATIENCE_S = 15.0
"""For the list of all stored files: a thousand a request at an object store."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The names of stored files.

    Attributes:
        every: All that were whole when the list was begun.
        old: Those of them that were begun so long ago that their document is written down.
    """

    every: frozenset[str]
    old: frozenset[str]


class Leftovers:
    """Checks that what belongs together is there together.

    Args:
        database: Holds documents, passages, vectors and jobs.
        inventory: Lists the stored files, and changes none; None where none was stored yet.
    """

    def __init__(
        self,
        database: Database,
        inventory: Callable[[], Awaitable[Inventory]] | None,
    ) -> None:
        self._database = database
        self._inventory = inventory

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "leftovers"
        return [
            Check(
                id="document-files",
                name="Files of documents",
                runbook=page,
                run=self.files,
                limit_s=PATIENCE_S + 5,
            ),
            Check(id="leftovers", name="Leftovers", runbook=page, run=self.rows, limit_s=20.0),
        ]

    async def files(self) -> Finding:
        """Whether every document has its file, and every file its document."""
        if self._inventory is None:
            return ok("No file was stored yet.")
        # Asked before and after: what came meanwhile is in one answer, what went in the other.
        before = await self._named()
        try:
            async with asyncio.timeout(PATIENCE_S):
                stored = await self._inventory()
        except TimeoutError:
            return warning(f"Not known: the store did not list its files in {PATIENCE_S:g} s.")
        except OSError as error:
            return warning(f"Not known: the store can't be asked ({type(error).__name__}).")
        return await self._compared(stored, before, await self._named())

    async def _compared(
        self, stored: Inventory, before: dict[str, str], after: dict[str, str]
    ) -> Finding:
        lost = sorted({after[key] for key in after.keys() & before.keys() - stored.every})
        if lost:
            return failed(f"The file of {len(lost)} documents is gone: {some(lost, ', ')}.")
        waiting = {row.key for row in await ask(self._database, WAITING_DELETIONS)}
        stray = stored.old - after.keys() - waiting
        if stray:
            return warning(f"{len(stray)} stored files belong to no document.")
        return ok(f"Every document has its file; {len(stored.every)} are stored.")

    async def _named(self) -> dict[str, str]:
        """The names of documents by the files that they name."""
        return {row.key: row.name for row in await ask(self._database, NAMED_FILES)}

    async def rows(self) -> Finding:
        """Whether passages, vectors, jobs and indexes belong to something that is there."""
        left = [row for row in await ask(self._database, LEFT_ROWS) if row.things]
        if left:
            said = some([f"{row.things} {row.what}" for row in left])
            return warning(f"{said}.")
        return ok("Nothing is left of what was deleted.")
