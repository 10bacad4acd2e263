"""Integrations: made, found by their token, changed, rotated, deleted."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tokens import draw_token, token_hash
from app.audit.record import Actor, Change, Target, record
from app.errors import NotFound
from app.integrations.tables import Integration
from ingest.corpus.tables import now

TOKEN_PREFIX: Final = "lumen_int_"  # noqa: S105 - the public beginning of every such token
_SHOWN = {
    "name": "name",
    "kind": "kind",
    "allowedDomains": "allowed_domains",
    "rateLimitPerMinute": "rate_limit_per_minute",
    "customerLimitPerMinute": "customer_limit_per_minute",
    "dailyBudget": "daily_budget",
    "escalation": "escalation",
    "isEnabled": "is_enabled",
}


async def by_token(session: AsyncSession, token: str) -> Integration | None:
    """The integration of this token, switched on or not; None where it is nobody's."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    query = select(Integration).where(Integration.token_hash == token_hash(token))
    return (await session.exec(query)).one_or_none()


async def listed(session: AsyncSession, project_id: UUID) -> list[Integration]:
    """The project's integrations, oldest first."""
    query = (
        select(Integration)
        .where(Integration.project_id == project_id)
        .order_by(col(Integration.created_at), col(Integration.id))
    )
    return list(await session.exec(query))


async def one(
    session: AsyncSession, project_id: UUID, integration_id: UUID, *, lock: bool = False
) -> Integration:
    """An integration of this project.

    Raises:
        NotFound: The project has none of this id.
    """
    query = select(Integration).where(
        Integration.id == integration_id, Integration.project_id == project_id
    )
    if lock:
        query = query.with_for_update()
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such integration in this project.")
    return found


async def create(
    session: AsyncSession, actor: Actor, project_id: UUID, fields: Mapping[str, object]
) -> tuple[Integration, str]:
    """Make one; its token is returned once and never again."""
    token = draw_token(TOKEN_PREFIX)
    row = Integration.model_validate(
        {
            **fields,
            "project_id": project_id,
            "token_hash": token_hash(token),
            "token_last4": token[-4:],
            "created_by": actor.id,
        }
    )
    session.add(row)
    await session.flush()
    await record(session, actor, "integration.created", _target(row), Change(after=_shown(row)))
    return row, token


async def change(
    session: AsyncSession, actor: Actor, row: Integration, fields: Mapping[str, object]
) -> None:
    """Change what is given; the row is locked. What stays as it was is not told."""
    if all(getattr(row, name) == value for name, value in fields.items()):
        return
    before = _shown(row)
    row.sqlmodel_update({**fields, "updated_at": now()})
    session.add(row)
    await session.flush()
    await record(session, actor, "integration.changed", _target(row), Change(before, _shown(row)))


async def rotate(session: AsyncSession, actor: Actor, row: Integration) -> str:
    """Draw a new token and return it; the one before is worth nothing from now on."""
    token = draw_token(TOKEN_PREFIX)
    before = {"tokenLast4": row.token_last4}
    row.token_hash, row.token_last4 = token_hash(token), token[-4:]
    row.generation += 1
    row.updated_at = now()
    session.add(row)
    await session.flush()
    changed = Change(before, {"tokenLast4": row.token_last4})
    await record(session, actor, "integration.rotated", _target(row), changed)
    return token


async def delete(session: AsyncSession, actor: Actor, row: Integration) -> None:
    """Delete it with its conversations."""
    target, before = _target(row), _shown(row)
    await session.delete(row)
    await session.flush()
    await record(session, actor, "integration.deleted", target, Change(before=before))


def _target(row: Integration) -> Target:
    return Target("integration", row.id, row.name, row.project_id)


def _shown(row: Integration) -> dict[str, object]:
    return {name: getattr(row, field) for name, field in _SHOWN.items()}
