"""Documents on their way in: workers, the queue, what failed, and reading scans."""

from collections.abc import Callable

from app.db.engine import Database
from app.db.sql import QUEUE_HEALTH
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import FAILED_DOCUMENTS, UNFINISHED

STILL_S = 600.0
"""A document that has not moved for so long is stuck: while it is read, it tells how far."""


class Reading:
    """Checks of what reads documents.

    Args:
        database: Holds documents and the queue.
        find_program: Where a program of this host is, or None.
    """

    def __init__(self, database: Database, find_program: Callable[[str], str | None]) -> None:
        self._database = database
        self._find_program = find_program

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "document-queued-or-failed"
        return [
            Check(id="workers", name="Ingest workers", runbook=page, run=self.workers),
            Check(id="documents", name="Documents", runbook=page, run=self.documents),
            Check(
                id="text-recognition",
                name="Text recognition",
                runbook=page,
                run=self.text_recognition,
                needs_database=False,
            ),
        ]

    async def workers(self) -> Finding:
        """Whether a worker is alive and the queue moves."""
        (queue,) = await ask(self._database, QUEUE_HEALTH)
        (unfinished,) = await ask(self._database, UNFINISHED)
        if not queue.alive:
            waits = f" and {unfinished.documents} documents wait" if unfinished.documents else ""
            return failed(f"No worker has given a sign of life for 30 s{waits}.")
        if unfinished.still_for > STILL_S:
            return failed(
                f"A worker is alive, but a document has not moved for "
                f"{unfinished.still_for / 60:.0f} minutes; {unfinished.documents} are unfinished."
            )
        if queue.waiting:
            return warning(f"A worker is alive; {queue.waiting} jobs wait longer than a minute.")
        return ok(f"A worker is alive; {unfinished.documents} documents are unfinished.")

    async def documents(self) -> Finding:
        """How many failed, and why."""
        rows = await ask(self._database, FAILED_DOCUMENTS)
        if not rows:
            return ok("None has failed.")
        said = some([f"{row.documents} × {row.code}" for row in rows], ", ")
        return warning(f"Failed: {said}.")

    async def text_recognition(self) -> Finding:
        """Whether scans can be read."""
        if self._find_program("tesseract") is None:
            return ok("No tesseract on this host: scans without a text layer end as no_text.")
        return ok("tesseract is there.")
