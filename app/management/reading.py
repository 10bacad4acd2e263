"""What the assistant can look at: for a model as data, for a person as text.

Each reads with the queries that the API's own handlers use, in the one project. The first line of
each function is what a model is told of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import memories
from app.desk import inbox
from app.integrations import store
from app.integrations.tables import Integration
from app.management.quoting import barred, on_one_line
from app.management.sql import UNANSWERED
from ingest.corpus import documents, projects
from ingest.corpus.projects import CorpusSize
from ingest.corpus.tables import Document, DocumentStatus, Project, now

MOST_LISTED: Final = 100
_DAYS: Final = 30
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked at.

    Attributes:
        data: JSON values, for a model.
        text: The same for a person.
    """

    data: dict[str, object]
    text: str


class Nothing(Struct, forbid_unknown_fields=True):
    """No arguments."""


class WhichDocuments(Struct, rename="camel", forbid_unknown_fields=True):
    """Which documents to list: of a status, with a part of a name in theirs."""

    status: Literal["queued", "parsing", "embedding", "ready", "failed"] | None = None
    search: Annotated[str, Meta(max_length=255)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_LISTED)] = MOST_LISTED


class Period(Struct, rename="camel", forbid_unknown_fields=True):
    """The last so many days."""

    days: Annotated[int, Meta(ge=1, le=366)] = _DAYS
    limit: Annotated[int, Meta(ge=1, le=MOST_LISTED)] = 50


async def read_project(session: AsyncSession, project: Project, _: Nothing) -> Found:
    """Read the project's name, description, instructions and settings, and how much it holds."""
    size = (await projects.sizes(session, [project.id])).get(project.id, CorpusSize(0, 0))
    data: dict[str, object] = {
        "name": project.name,
        "description": project.description,
        "isPrivate": project.is_private,
        "settings": dict(project.settings),
        "documents": size.documents,
        "instructions": project.instructions,
    }
    settings = ", ".join(f"{name} {value}" for name, value in project.settings.items())
    openness = "private" if project.is_private else "open to everybody"
    lines = [
        f"Project “{project.name}”, {openness}, {_count(size.documents, 'document')}.",
        f"Description:\n{barred(project.description or _NOTHING)}",
        f"Settings: {settings or 'all as they are by default'}",
        f"Instructions:\n{barred(project.instructions or _NOTHING)}",
    ]
    return Found(data, "\n".join(lines))


async def list_memories(session: AsyncSession, project: Project, _: Nothing) -> Found:
    """List the short facts that every answer of the project is told, by number."""
    rows = list(enumerate(await memories.listed(session, project.id), 1))
    data = [{"number": at, "id": str(row.id), "text": row.text} for at, row in rows]
    text = _lines("Answers remember:", (f"{at}. {row.text}" for at, row in rows))
    return Found({"memories": data}, text or "Answers remember nothing yet.")


async def list_documents(session: AsyncSession, project: Project, which: WhichDocuments) -> Found:
    """List the project's documents, newest first, with their status and why one failed."""
    found = await documents.listed(
        session,
        project.id,
        search=which.search,
        status=DocumentStatus(which.status) if which.status else None,
        limit=which.limit,
    )
    data = [_document(row) for row in found.documents]
    head = f"{_count(found.total, 'document')}, newest first:"
    text = _lines(head, map(_document_line, found.documents))
    if len(data) < found.total:
        text += f"\n… and {found.total - len(data)} more."
    return Found({"documents": data, "total": found.total}, text or "There is no such document.")


async def list_integrations(session: AsyncSession, project: Project, _: Nothing) -> Found:
    """List the integrations: sites and programs that may ask in the project, and their limits."""
    rows = list(enumerate(await store.listed(session, project.id), 1))
    data = [{"number": at, **integration_shown(row)} for at, row in rows]
    text = _lines("Integrations:", (f"{at}. {_integration_line(row)}" for at, row in rows))
    return Found({"integrations": data}, text or "There are no integrations.")


async def unanswered_questions(session: AsyncSession, project: Project, period: Period) -> Found:
    """List what customers asked in the last days that found no answer, newest first."""
    since = now() - timedelta(days=period.days)
    parameters = {"project_id": project.id, "since": since, "count": period.limit}
    rows = (await (await session.connection()).execute(UNANSWERED, parameters)).all()
    data = [
        {"question": row.question, "times": row.times, "lastAt": row.last_at.isoformat()}
        for row in rows
    ]
    kinds = rows[0].kinds if rows else 0
    text = _lines(
        f"What customers asked in the last {_count(period.days, 'day')} without an answer:",
        (f"- {row.last_at:%Y-%m-%d}, {row.times} ×: {on_one_line(row.question)}" for row in rows),
    )
    if len(data) < kinds:
        text += f"\n… and {kinds - len(data)} more."
    none = f"In the last {_count(period.days, 'day')} every question of a customer was answered."
    return Found({"days": period.days, "questions": data, "total": kinds}, text or none)


async def inbox_counts(session: AsyncSession, project: Project, _: Nothing) -> Found:
    """Count the customers' conversations by who answers: the assistant, people, or nobody more."""
    counts = await inbox.counts(session, project.id)
    data = {name: counts.get(name, 0) for name in ("active", "escalated", "resolved")}
    text = (
        f"{_count(data['escalated'], 'conversation')} with people, "
        f"{data['active']} with the assistant, {data['resolved']} closed."
    )
    return Found({"conversations": data}, text)


def integration_shown(row: Integration) -> dict[str, object]:
    """An integration without a sign of its token."""
    return {
        "id": str(row.id),
        "name": row.name,
        "kind": row.kind,
        "isEnabled": row.is_enabled,
        "allowedDomains": row.allowed_domains,
        "rateLimitPerMinute": row.rate_limit_per_minute,
        "customerLimitPerMinute": row.customer_limit_per_minute,
        "dailyBudget": row.daily_budget,
    }


def _document(row: Document) -> dict[str, object]:
    failed = row.error_message if row.status == DocumentStatus.FAILED else None
    return {
        "id": str(row.id),
        "name": row.name,
        "status": row.status,
        "pages": row.page_count,
        "error": failed,
        "updatedAt": row.updated_at.isoformat(),
    }


def _document_line(row: Document) -> str:
    why = f": {row.error_message}" if row.status == DocumentStatus.FAILED else ""
    return f"- {row.name} ({row.status}{why})"


def _integration_line(row: Integration) -> str:
    budget = f"{row.daily_budget} questions a day" if row.daily_budget else "no daily limit"
    pages = ", ".join(row.allowed_domains) or "every page"
    return (
        f"{row.name} ({row.kind}, {'on' if row.is_enabled else 'off'}): open to {pages}; "
        f"{row.rate_limit_per_minute} requests a minute, {row.customer_limit_per_minute} of one "
        f"customer; {budget}"
    )


def _lines(head: str, items: Iterable[str]) -> str:
    """A head and its items; nothing where there are none."""
    listed = list(items)
    return "\n".join([head, *listed]) if listed else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
