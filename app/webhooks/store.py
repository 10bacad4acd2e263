"""Webhooks: made, changed, deleted; what was sent to them, and sending it again."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from app.accounts.tokens import draw_token
from app.audit.record import Actor, Change, Target, record
from app.db.cursors import cursor_at, read_cursor
from app.errors import InvalidRequest, NotFound
from app.webhooks.jobs import send_later
from app.webhooks.sealing import Sealing
from app.webhooks.tables import Delivery, Webhook
from ingest.corpus.tables import now

Event: TypeAlias = Literal[
    "conversation.escalated", "message.created", "document.ready", "document.failed"
]
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the public beginning of every such secret
MOST_WEBHOOKS = 20
_SHOWN = ("url", "events", "is_enabled")


async def listed(session: AsyncSession, project_id: UUID) -> Sequence[Webhook]:
    """The project's webhooks, oldest first."""
    query = select(Webhook).where(Webhook.project_id == project_id)
    return (await session.exec(query.order_by(col(Webhook.created_at), col(Webhook.id)))).all()


async def one(
    session: AsyncSession, project_id: UUID, webhook_id: UUID, *, lock: bool = False
) -> Webhook:
    """A webhook of this project.

    Raises:
        NotFound: The project has none of this id.
    """
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.project_id == project_id)
    if lock:
        # Without hindering those who have something to tell meanwhile.
        query = query.with_for_update(key_share=True)
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such webhook in this project.")
    return found


async def create(
    session: AsyncSession, actor: Actor, project_id: UUID, fields: Mapping[str, object], by: Sealing
) -> tuple[Webhook, str]:
    """Make one; its secret is returned once and never again.

    Raises:
        InvalidRequest: The project has as many as it may have.
    """
    count = select(func.count()).where(col(Webhook.project_id) == project_id)
    if (await session.exec(count)).one() >= MOST_WEBHOOKS:
        raise InvalidRequest(f"A project has {MOST_WEBHOOKS} webhooks at most.")
    identity, secret = uuid7(), draw_token(SECRET_PREFIX)
    row = Webhook.model_validate(
        {
            **fields,
            "id": identity,
            "project_id": project_id,
            "secret": by.seal(secret, identity),
            "secret_last4": secret[-4:],
            "created_by": actor.id,
        }
    )
    session.add(row)
    await session.flush()
    await record(session, actor, "webhook.created", _target(row), Change(after=_shown(row)))
    return row, secret


async def change(
    session: AsyncSession, actor: Actor, row: Webhook, fields: Mapping[str, object]
) -> None:
    """Change what is given; the row is locked."""
    before = _shown(row)
    row.sqlmodel_update({**fields, "updated_at": now()})
    if row.is_enabled:
        row.disabled_reason = None
    session.add(row)
    await session.flush()
    await record(session, actor, "webhook.changed", _target(row), Change(before, _shown(row)))


async def rotate(session: AsyncSession, actor: Actor, row: Webhook, by: Sealing) -> str:
    """Draw a new secret and return it; what is sent from now on is signed with it."""
    secret, before = draw_token(SECRET_PREFIX), {"secretLast4": row.secret_last4}
    row.secret, row.secret_last4 = by.seal(secret, row.id), secret[-4:]
    row.updated_at = now()
    session.add(row)
    await session.flush()
    changed = Change(before, {"secretLast4": row.secret_last4})
    await record(session, actor, "webhook.rotated", _target(row), changed)
    return secret


async def delete(session: AsyncSession, actor: Actor, row: Webhook) -> None:
    """Delete it with its log."""
    target, before = _target(row), _shown(row)
    await session.delete(row)
    await session.flush()
    await record(session, actor, "webhook.deleted", target, Change(before=before))


async def deliveries(
    session: AsyncSession, webhook_id: UUID, *, limit: int, cursor: str | None = None
) -> tuple[Sequence[Delivery], str | None]:
    """What was to be sent, newest first, and the cursor of what follows.

    Raises:
        InvalidRequest: The cursor is not one that was given out.
    """
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    if cursor is not None:
        place = tuple_(col(Delivery.created_at), col(Delivery.id))
        query = query.where(place < tuple_(*read_cursor(cursor)))
    newest = (col(Delivery.created_at).desc(), col(Delivery.id).desc())
    found = (await session.exec(query.order_by(*newest).limit(limit + 1))).all()
    page = found[:limit]
    return page, cursor_at(page[-1].created_at, page[-1].id) if len(found) > limit else None


async def replay(session: AsyncSession, actor: Actor, row: Webhook, delivery_id: UUID) -> Delivery:
    """Send something again, from now on with all its tries; one that is on its way goes at once.

    Raises:
        InvalidRequest: The webhook is switched off.
        NotFound: The webhook has none of this id.
    """
    if not row.is_enabled:
        raise InvalidRequest("This webhook is switched off. Switch it on first.")
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == row.id)
    found = (await session.exec(query.with_for_update())).one_or_none()
    if found is None:
        raise NotFound("There is no such delivery of this webhook.")
    found.status, found.due_at, found.tries = "pending", now(), 0
    session.add(found)
    await session.flush()
    await send_later(session, found.id)
    await record(session, actor, "webhook.replayed", _target(row))
    return found


def _target(row: Webhook) -> Target:
    return Target("webhook", row.id, row.url, row.project_id)


def _shown(row: Webhook) -> dict[str, object]:
    return {name: getattr(row, name) for name in _SHOWN}
