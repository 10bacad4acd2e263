"""Who stands in when the chosen model does not answer: an ordered list."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor, Change, Target, record
from app.catalog import store
from app.catalog.answering import Candidate
from app.catalog.sql import FALLBACK_LOCK
from app.catalog.tables import Fallback, Provider
from app.errors import InvalidRequest


async def listed(session: AsyncSession) -> list[str]:
    """The list, `slug/model` each, the first to stand in first."""
    query = (
        select(Provider.slug, Fallback.model)
        .join(Fallback, col(Fallback.provider_id) == Provider.id)
        .order_by(col(Fallback.position))
    )
    return [f"{slug}/{model}" for slug, model in await session.exec(query)]


async def replace(session: AsyncSession, models: Sequence[str], actor: Actor) -> None:
    """Make this the list, and tell the audit log.

    Raises:
        InvalidRequest: A model is no provider's, or stands in the list twice.
    """
    # Two admins that save at once: the later one's list stands, whole.
    await (await session.connection()).execute(FALLBACK_LOCK)
    before = await listed(session)
    rows = await store.every(session)
    chosen = [_offered(rows, at, name) for at, name in enumerate(models)]
    for at, candidate in enumerate(chosen):
        if candidate.name in (other.name for other in chosen[:at]):
            raise InvalidRequest(f"{candidate.name} stands here twice.", "models", str(at))
    await session.exec(delete(Fallback))
    session.add_all(
        Fallback(position=at, provider_id=each.provider.id, model=each.model)
        for at, each in enumerate(chosen, 1)
    )
    await session.flush()
    change = Change({"models": before}, {"models": list(models)})
    target = Target("fallback", None, "Models that stand in")
    await record(session, actor, "provider.fallback_changed", target, change)


async def candidates(session: AsyncSession, rows: Sequence[Provider]) -> list[Candidate]:
    """Those of the list that could answer now."""
    known = {row.id: row for row in rows if row.is_enabled}
    query = select(Fallback).order_by(col(Fallback.position))
    return [
        Candidate(known[each.provider_id], each.model)
        for each in await session.exec(query)
        if each.provider_id in known and each.model in known[each.provider_id].models
    ]


def _offered(rows: Sequence[Provider], at: int, name: str) -> Candidate:
    slug, _, model = name.partition("/")
    for row in rows:
        if row.slug == slug and model in row.models:
            return Candidate(row, model)
    raise InvalidRequest(f"No provider has the model {name}.", "models", str(at))
