"""Rows of customers' conversations: found or made, and what of them a customer sees."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.store import title_from
from app.chat.tables import Conversation, LoggedEvent, Message
from app.errors import NotFound
from app.integrations.tables import Integration
from ingest.corpus.tables import now

MOST_KEY: Final = 128


async def claim(
    session: AsyncSession, integration: Integration, key: str, channel: str
) -> Conversation:
    """The customer's conversation, locked; made where there is none, once however many race.

    Raises:
        NotFound: It is being deleted at this very moment.
    """
    found = await _locked(session, integration, key)
    if found is None:
        made = Conversation(
            project_id=integration.project_id,
            integration_id=integration.id,
            customer_key=key,
            channel=channel,
        )
        statement = insert(Conversation).values(made.model_dump()).on_conflict_do_nothing()
        written = await session.exec(statement.returning(Conversation))
        found = written.scalar_one_or_none() or await _locked(session, integration, key)
    if found is None:
        raise NotFound("This conversation was deleted.")
    return found


async def by_key(session: AsyncSession, integration: Integration, key: str) -> Conversation | None:
    """The customer's conversation."""
    query = select(Conversation).where(
        Conversation.integration_id == integration.id, Conversation.customer_key == key
    )
    return (await session.exec(query)).one_or_none()


async def by_id(
    session: AsyncSession, integration: Integration, conversation_id: UUID
) -> Conversation:
    """A conversation of the integration's.

    Raises:
        NotFound: There is none, or it is another's.
    """
    query = select(Conversation).where(
        Conversation.id == conversation_id, Conversation.integration_id == integration.id
    )
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


async def add_question(session: AsyncSession, conversation: Conversation, text: str) -> Message:
    """Write down what the customer says."""
    conversation.title = conversation.title or title_from(text)
    conversation.updated_at = now()
    row = Message(conversation_id=conversation.id, role="user", content=text)
    session.add_all([conversation, row])
    await session.flush()
    return row


async def in_writing(session: AsyncSession, conversation_id: UUID) -> tuple[Message, str] | None:
    """The answer that is being written, and its question's text."""
    answers = select(Message).where(
        Message.conversation_id == conversation_id, Message.status == "streaming"
    )
    answer = (await session.exec(answers)).one_or_none()
    if answer is None or answer.reply_to is None:
        return None
    question = await session.get_one(Message, answer.reply_to)
    return answer, question.content


async def last_exchange(session: AsyncSession, conversation_id: UUID) -> tuple[Message, str] | None:
    """The newest answer of the assistant, with its question's text, where nothing came after."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.role != "note")
        .order_by(col(Message.id).desc())
        .limit(1)
    )
    answer = (await session.exec(query)).one_or_none()
    if answer is None or answer.role != "assistant" or answer.reply_to is None:
        return None
    question = await session.get_one(Message, answer.reply_to)
    return answer, question.content


async def answer_of(
    session: AsyncSession, integration: Integration, message_id: UUID
) -> tuple[Message, Conversation] | None:
    """An answer of the assistant's to one of the integration's customers."""
    query = (
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            Message.id == message_id,
            Message.role == "assistant",
            Conversation.integration_id == integration.id,
        )
    )
    return (await session.exec(query)).one_or_none()


async def last_number(session: AsyncSession, message_id: UUID) -> int:
    """The number of the answer's newest event; 0 where there is none."""
    query = select(func.max(LoggedEvent.seq)).where(LoggedEvent.message_id == message_id)
    return (await session.exec(query)).one() or 0


async def said(
    session: AsyncSession, conversation_id: UUID, *, after: UUID | None = None, limit: int
) -> Sequence[Message]:
    """What customer, assistant and people said, oldest first; notes never.

    It ends ahead of an answer that is being written: who reads on behind the last message that
    they were given would pass over it otherwise.
    """
    writing = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.status == "streaming")
        .scalar_subquery()
    )
    query = (
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            or_(
                col(Message.role).in_(("user", "operator")),
                and_(
                    col(Message.role) == "assistant",
                    col(Message.status).in_(("complete", "stopped")),
                    col(Message.content) != "",
                ),
            ),
            or_(writing.is_(None), col(Message.id) < writing),
        )
        .order_by(col(Message.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(Message.id) > after)
    return (await session.exec(query)).all()


async def _locked(session: AsyncSession, integration: Integration, key: str) -> Conversation | None:
    query = (
        select(Conversation)
        .where(Conversation.integration_id == integration.id, Conversation.customer_key == key)
        .with_for_update(key_share=True)
    )
    return (await session.exec(query)).one_or_none()
