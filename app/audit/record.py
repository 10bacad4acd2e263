"""Writing the audit log, in the transaction that does what it tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.tables import AuditEntry
from app.telemetry import request_id

Fields: TypeAlias = Mapping[str, object]
_JSON = (str, int, float, bool, list, dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        id: None for the server itself, and for somebody who is not known.
        name: Their e-mail address, as it is now.
        address: Where the request comes from.
        via: What did it on their behalf, `assistant`; empty where they did it themselves.
    """

    id: UUID | None
    name: str
    address: str = ""
    via: str = ""


SERVER = Actor(None, "the server")


@dataclass(frozen=True, slots=True)
class Target:
    """What it is done to.

    Attributes:
        type: `user`, `project`, `grant` …
        name: For people, as it is now.
        project_id: The project that it belongs to, if it does.
    """

    type: str
    id: UUID | None
    name: str = ""
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How something changed; secrets are never among the fields: callers name what they show.

    Attributes:
        before: JSON values, or what has a text; None for a new thing.
        after: The same; None for a thing that is gone.
    """

    before: Fields | None = None
    after: Fields | None = None

    def sides(self) -> tuple[Fields | None, Fields | None]:
        """Both sides; where there are two, only what differs between them."""
        if self.before is None or self.after is None:
            return self.before, self.after
        changed = [name for name in self.after if self.before.get(name) != self.after[name]]
        before = {name: self.before.get(name) for name in changed}
        return before, {name: self.after[name] for name in changed}


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    target: Target,
    change: Change | None = None,
    once: str | None = None,
) -> None:
    """Add an entry.

    Args:
        session: The transaction that does it.
        actor: Who.
        action: `noun.verb`.
        target: What.
        change: How it changed.
        once: A mark by which a second entry of the same kind is left out.
    """
    before, after = change.sides() if change else (None, None)
    entry = AuditEntry(
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        target_type=target.type,
        target_id=target.id,
        target_name=target.name,
        project_id=target.project_id,
        before=_plain(before),
        after=_plain(after),
        address=actor.address,
        via=actor.via,
        request_id=request_id.get(),
        once=once,
    )
    values = entry.model_dump()
    await session.exec(insert(AuditEntry).values(values).on_conflict_do_nothing())


def _plain(fields: Fields | None) -> dict[str, object] | None:
    if fields is None:
        return None
    return {
        name: value if value is None or isinstance(value, _JSON) else str(value)
        for name, value in fields.items()
    }
