"""Documents on their way in: workers, the queue, what failed, and reading scans."""

from collections.abc import Sequence

from app.db.engine import Database
from app.db.sql import QUEUE_HEALTH
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import FAILED_DOCUMENTS, UNFINISHED
from ingest.errors import DocumentUnreadable
from ingest.recognition import Tesseract, chosen

STILL_S = 600.0
"""A document that has not moved for so long is stuck: while it is read, it tells how far."""


class Reading:
    """Checks of what reads documents.

    Args:
        database: Holds documents and the queue.
        tesseract: Recognises the text of scanned pages; None where the host has none, or it is off.
        languages: Those of scanned pages that are set.
    """

    def __init__(
        self, database: Database, tesseract: Tesseract | None, languages: Sequence[str] = ()
    ) -> None:
        self._database = database
        self._tesseract = tesseract
        self._languages = languages

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
        """Whether scans can be read, and in which languages."""
        if self._tesseract is None:
            return ok(
                "No tesseract on this host, or LUMEN_MAX_OCR_SECONDS is 0: scans without a text "
                "layer end as no_text."
            )
        try:
            installed = await self._tesseract.languages()
        except (DocumentUnreadable, OSError):
            return warning(f"{self._tesseract.path} does not run: scans end as no_text.")
        if not installed:
            return warning("tesseract has no language: install tesseract-ocr-eng.")
        if missing := [name for name in self._languages if name not in installed]:
            return warning(
                f"tesseract lacks {', '.join(missing)} of LUMEN_OCR_LANGUAGES; it has "
                f"{', '.join(installed)}."
            )
        used = chosen(installed, self._languages)
        return ok(f"tesseract reads {', '.join(used)}, of {len(installed)} languages installed.")
