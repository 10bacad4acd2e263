"""What became of every file of an import: shown, and written down."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from app.wire.table import csv_table
from ingest.corpus.tables import Document, DocumentStatus

End = Literal["ready", "duplicate", "waiting", "failed", "skipped"]
WORDS: dict[End, str] = {
    "ready": "ready",
    "duplicate": "there already",
    "waiting": "still to be read",
    "failed": "failed",
    "skipped": "skipped",
}
SHOWN = 50
"""Failures that are named in the terminal; a report names all of them."""


@dataclass(slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        path: Where it came from, for people.
        end: How it ended; `duplicate` where the project had these bytes already.
        name: Of its document.
        document_id: Of the document that it became or was.
        code: Why it failed or was skipped; stable.
        message: The same for a person.
    """

    path: str
    end: End = "waiting"
    name: str = ""
    document_id: UUID | None = None
    pages: int | None = None
    passages: int | None = None
    code: str = ""
    message: str = ""

    def fail(self, code: str, message: str, end: End = "failed") -> None:
        """End it with a reason."""
        self.end, self.code, self.message = end, code, message

    def follow(self, document: Document) -> None:
        """Take over how far its document is."""
        self.name, self.document_id = document.name, document.id
        if document.status == DocumentStatus.FAILED:
            self.fail(document.error_code or "failed", document.error_message or "")
        elif document.status == DocumentStatus.READY:
            self.end = "duplicate" if self.end == "duplicate" else "ready"
            self.pages = document.page_count if document.paged else None
            self.passages = document.chunk_count


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many ended in each way, in one line."""
    counts = Counter(outcome.end for outcome in outcomes)
    told = [f"{counts[end]:,} {word}" for end, word in WORDS.items() if counts[end]]
    return f"{', '.join(told) or 'nothing to bring in'}."


def troubles(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each file that failed, or was skipped on purpose."""
    bad = [outcome for outcome in outcomes if outcome.end in {"failed", "skipped"}]
    for outcome in bad[:SHOWN]:
        yield f"{outcome.path}: {WORDS[outcome.end]} ({outcome.code}). {outcome.message}"
    if len(bad) > SHOWN:
        yield f"… and {len(bad) - SHOWN:,} more; --report FILE names all."


def write(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write every file down, as JSON or as CSV whose cells no spreadsheet takes for formulas."""
    rows = [asdict(outcome) for outcome in outcomes]
    if path.suffix.lower() == ".json":
        text = json.dumps(rows, default=str, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8", errors="replace")
        return
    header = list(asdict(Outcome("")))
    path.write_bytes(csv_table(header, (list(row.values()) for row in rows)))
