"""Conversations whose front end names them and may take back what was said in them."""

from uuid import UUID, uuid5

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import User
from app.chat import store
from app.chat.tables import Conversation, Message
from app.chat.transcripts import Transcript, write_transcript
from app.errors import NotFound


def named(user: User, project_id: UUID, name: str) -> UUID:
    """The id of the person's conversation that the front end knows by this name."""
    return uuid5(project_id, f"{user.id}:{name}")


async def in_writing(session: AsyncSession, user: User, conversation_id: UUID) -> UUID | None:
    """The answer that is being written in the caller's conversation, if there is one."""
    query = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.status == "streaming"
    )
    try:
        await store.own(session, user, conversation_id)
    except NotFound:
        return None
    return (await session.exec(query)).one_or_none()


async def go_on(
    session: AsyncSession,
    conversation: Conversation,
    told: Transcript,
    *,
    taken_back: bool,
    before: int,
) -> Message:
    """Write the question down: behind what is kept, or after all that the front end tells.

    Args:
        session: In a transaction.
        conversation: As it would begin; it is made where there is none of its id.
        told: What the front end holds; what is kept here goes before it.
        taken_back: Whether what was said from the question on is to be forgotten.
        before: How many questions the front end has before this one.
    """
    kept = await session.get(Conversation, conversation.id, with_for_update=True)
    if kept is None:
        session.add(conversation)
        await session.flush()
        return await write_transcript(session, conversation, told)
    if taken_back:
        await _forget(session, kept, before)
    return await write_transcript(session, kept, Transcript(told.question))


async def _forget(session: AsyncSession, kept: Conversation, before: int) -> None:
    query = (
        select(Message.id)
        .where(Message.conversation_id == kept.id, Message.role == "user")
        .order_by(col(Message.id))
        .offset(before)
        .limit(1)
    )
    first = (await session.exec(query)).one_or_none()
    if first is not None:
        # Answers are younger than their questions: ids sort by time.
        await session.exec(
            delete(Message).where(col(Message.conversation_id) == kept.id, col(Message.id) >= first)
        )
