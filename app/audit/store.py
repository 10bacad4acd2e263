"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.tables import AuditEntry
from app.db.cursors import cursor_at, read_cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries; what is None does not matter.

    Attributes:
        actor: An id, or a part of the name.
        action: `grant.created`, or `grant` for all of that noun.
        since: From this moment on.
        until: Before this moment.
    """

    actor: str | None = None
    action: str | None = None
    project_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def entries(
    session: AsyncSession, wanted: Wanted, *, limit: int, cursor: str | None = None
) -> tuple[Sequence[AuditEntry], str | None]:
    """Entries, newest first, and the cursor of what follows.

    Raises:
        InvalidRequest: The cursor is not one that was given out.
    """
    query = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    if wanted.actor is not None:
        query = query.where(_by(wanted.actor))
    if wanted.action is not None:
        action = col(AuditEntry.action)
        exact = "." in wanted.action
        query = query.where(
            action == wanted.action
            if exact
            else action.startswith(f"{wanted.action}.", autoescape=True)
        )
    if wanted.project_id is not None:
        query = query.where(AuditEntry.project_id == wanted.project_id)
    if wanted.since is not None:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AuditEntry.at) < wanted.until)
    if cursor is not None:
        place = tuple_(col(AuditEntry.at), col(AuditEntry.id))
        query = query.where(place < tuple_(*read_cursor(cursor)))
    found = (await session.exec(query.limit(limit + 1))).all()
    page = found[:limit]
    return page, cursor_at(page[-1].at, page[-1].id) if len(found) > limit else None


def _by(actor: str):  # noqa: ANN202 - one of two kinds of condition
    try:
        return col(AuditEntry.actor_id) == UUID(actor)
    except ValueError:
        return col(AuditEntry.actor_name).icontains(actor, autoescape=True)
