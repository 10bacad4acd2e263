"""The inbox: customers' conversations as the people see them who answer beside the assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Uuid, func, literal, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from app.access import resolver
from app.access.principal import Principal
from app.audit.record import Change, Target, record
from app.chat.tables import Conversation, Message
from app.db.cursors import cursor_at, read_cursor
from app.desk.tables import InboxRead
from app.errors import InvalidRequest, NotFound
from app.integrations.tables import Integration
from ingest.corpus.tables import now

_Listing: TypeAlias = Select[Conversation, Integration, Message, int]
Status: TypeAlias = Literal["active", "escalated", "resolved"]

CHANNEL = "lumen_inbox"
"""Name of the Postgres channel; payloads are `<project id> <conversation id>`, said by triggers."""

_NOTHING_READ = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer's conversation in the inbox.

    Attributes:
        last: What was said last, notes apart; None where nothing was.
        unread: Messages of the customer that nobody has read.
    """

    conversation: Conversation
    integration: Integration
    last: Message | None
    unread: int

    @property
    def customer(self) -> str:
        """By which name people know the customer.

        A browser's key opens the conversation to whoever holds it, so people see a name made of it;
        a back end's key is its own name for its customer.
        """
        key = self.conversation.customer_key or ""
        if self.integration.kind == "api":
            return key
        return f"Visitor {sha256(key.encode()).hexdigest()[:6]}"


async def reach(
    session: AsyncSession, principal: Principal, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """A customer's conversation, for a caller who may edit its project.

    Raises:
        NotFound: There is none, or it is no customer's, or the caller does not reach its project.
        AccessDenied: The caller's tier is too low.
    """
    query = select(Conversation).where(
        Conversation.id == conversation_id, col(Conversation.integration_id).is_not(None)
    )
    if lock:
        query = query.with_for_update(key_share=True)
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such conversation in an inbox.")
    await resolver.require(session, found.project_id, principal, "edit")
    return found


async def listed(
    session: AsyncSession,
    project_id: UUID,
    *,
    status: Status | None = None,
    limit: int,
    cursor: str | None = None,
) -> tuple[Sequence[Listed], str | None]:
    """The project's customers' conversations, the latest first, and the cursor of what follows.

    Raises:
        InvalidRequest: The cursor is not one that was given out.
    """
    query = _listing().where(col(Conversation.project_id) == project_id)
    if status is not None:
        query = query.where(col(Conversation.status) == status)
    if cursor is not None:
        place = tuple_(col(Conversation.updated_at), col(Conversation.id))
        query = query.where(place < tuple_(*read_cursor(cursor)))
    latest = (col(Conversation.updated_at).desc(), col(Conversation.id).desc())
    found = await _all(session, query.order_by(*latest).limit(limit + 1))
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    last = page[-1].conversation
    return page, cursor_at(last.updated_at, last.id)


async def one(session: AsyncSession, conversation_id: UUID) -> Listed | None:
    """One of them; None where it is gone. Access is decided."""
    query = _listing().where(col(Conversation.id) == conversation_id)
    found = await _all(session, query)
    return found[0] if found else None


async def _all(session: AsyncSession, query: _Listing) -> list[Listed]:
    return [Listed(*row) for row in await session.exec(query)]


async def counts(session: AsyncSession, project_id: UUID) -> dict[str, int]:
    """How many conversations there are of each status."""
    query = (
        select(Conversation.status, func.count())
        .where(Conversation.project_id == project_id, col(Conversation.integration_id).is_not(None))
        .group_by(col(Conversation.status))
    )
    return dict((await session.exec(query)).all())


async def write(
    session: AsyncSession,
    principal: Principal,
    conversation: Conversation,
    role: Literal["operator", "note"],
    body: str,
) -> Message:
    """Write an answer to the customer, or a note that stays among people; the row is locked."""
    message = Message(
        conversation_id=conversation.id, role=role, content=body, author_id=principal.user.id
    )
    session.add(message)
    if role == "operator":
        conversation.updated_at = now()
        session.add(conversation)
    await session.flush()
    if role == "operator":
        await mark_read(session, principal, conversation.id, message.id)
    return message


async def change_status(
    session: AsyncSession, principal: Principal, conversation: Conversation, status: Status
) -> UUID | None:
    """Take over (`escalated`), give back (`active`) or end (`resolved`); the row is locked.

    Returns:
        The answer that is being written and must be stopped once this is committed: where people
        answer, the assistant is silent.
    """
    before = conversation.status
    if before == status:
        return None
    conversation.status, conversation.status_reason = status, "operator"
    session.add(conversation)
    await session.flush()
    found = await one(session, conversation.id)
    target = Target(
        "conversation", conversation.id, found.customer if found else "", conversation.project_id
    )
    changed = Change({"status": before}, {"status": status})
    await record(session, principal.actor, f"conversation.{status}", target, changed)
    if status == "active":
        return None
    writing = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.status == "streaming"
    )
    return (await session.exec(writing)).first()


async def mark_read(
    session: AsyncSession, principal: Principal, conversation_id: UUID, message_id: UUID
) -> None:
    """Everything up to this message of the conversation has been read; never less than before.

    Raises:
        InvalidRequest: The message is none of the conversation.
    """
    belongs = select(Message.id).where(
        Message.id == message_id, Message.conversation_id == conversation_id
    )
    if (await session.exec(belongs)).first() is None:
        raise InvalidRequest("This message is not in this conversation.", "lastMessageId")
    values = {"message_id": message_id, "user_id": principal.user.id, "read_at": now()}
    statement = insert(InboxRead).values(conversation_id=conversation_id, **values)
    further = statement.excluded.message_id > col(InboxRead.message_id)
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["conversation_id"], set_=values, where=further
        )
    )


def _listing() -> _Listing:
    said = aliased(Message)
    last_id = (
        select(col(Message.id))
        .where(
            col(Message.conversation_id) == col(Conversation.id),
            col(Message.role) != "note",
            col(Message.content) != "",
        )
        .order_by(col(Message.id).desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    read_to = (
        select(col(InboxRead.message_id))
        .where(col(InboxRead.conversation_id) == col(Conversation.id))
        .correlate(Conversation)
        .scalar_subquery()
    )
    unread = (
        select(func.count())
        .select_from(Message)
        .where(
            col(Message.conversation_id) == col(Conversation.id),
            col(Message.role) == "user",
            col(Message.id) > func.coalesce(read_to, literal(_NOTHING_READ, Uuid())),
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(Conversation, Integration, said, unread)
        .join(Integration, col(Integration.id) == col(Conversation.integration_id))
        .outerjoin(said, col(said.id) == last_id)
    )
