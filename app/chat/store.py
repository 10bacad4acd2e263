"""Rows of conversations and messages: whoever asks sees their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, distinct, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.resolver import access_for
from app.accounts.tables import User
from app.chat import record
from app.chat.events import Failed
from app.chat.evidence import CitedSource
from app.chat.tables import Conversation, LoggedEvent, Message, MessageSource
from app.errors import NotFound
from ingest.corpus.tables import Project

MANAGEMENT = "management"
"""The channel of conversations about a project's configuration: no part of anybody's chats."""
LISTED_AT_MOST = 200
RECENT = 30
TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list; `message_count` counts questions and their shown answers."""

    conversation: Conversation
    message_count: int


async def counts(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many conversations of people each of the projects has; those without are left out."""
    query = (
        select(Conversation.project_id, func.count())
        .where(
            col(Conversation.project_id).in_(project_ids),
            col(Conversation.user_id).is_not(None),
            Conversation.channel != MANAGEMENT,
        )
        .group_by(col(Conversation.project_id))
    )
    return dict((await session.exec(query)).all())


async def own(
    session: AsyncSession, user: User, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """The caller's conversation, in a project that the caller still reaches.

    Raises:
        NotFound: There is none, or it is somebody else's, or its project is closed to the caller.
    """
    query = (
        select(Conversation)
        .join(Project, col(Project.id) == col(Conversation.project_id))
        .where(Conversation.id == conversation_id, *_readable(user))
    )
    if lock:
        query = query.with_for_update(of=Conversation)
    conversation = (await session.exec(query)).one_or_none()
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


async def own_message(
    session: AsyncSession, user: User, message_id: UUID
) -> tuple[Message, Conversation]:
    """A message of the caller's, with its conversation.

    Raises:
        NotFound: There is none, or it is somebody else's, or its project is closed to the caller.
    """
    query = (
        select(Message, Conversation)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .join(Project, col(Project.id) == col(Conversation.project_id))
        .where(Message.id == message_id, *_readable(user))
    )
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such message.")
    return found


async def in_project(session: AsyncSession, user: User, project_id: UUID) -> list[Listed]:
    """The caller's conversations in a project, newest first."""
    questions = func.count().filter(col(Message.role) == "user")
    answers = func.count(distinct(case((col(Message.role) == "assistant", col(Message.reply_to)))))
    query = (
        select(Conversation, questions + answers)
        .outerjoin(Message, col(Message.conversation_id) == col(Conversation.id))
        .where(
            Conversation.project_id == project_id,
            Conversation.user_id == user.id,
            Conversation.channel == "app",
        )
        .group_by(col(Conversation.id))
        .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
        .limit(LISTED_AT_MOST)
    )
    return [Listed(conversation, count) for conversation, count in await session.exec(query)]


async def recent(
    session: AsyncSession, user: User, *, matching: str | None = None
) -> list[tuple[Conversation, Project]]:
    """The caller's conversations in all projects, newest first.

    Args:
        session: Open.
        user: The caller.
        matching: Only those whose title or messages hold these words, in a row.
    """
    query = (
        select(Conversation, Project)
        .join(Project, col(Project.id) == col(Conversation.project_id))
        .where(*_readable(user), Conversation.channel == "app")
        .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
        .limit(RECENT)
    )
    if matching is not None:
        said = exists().where(
            col(Message.conversation_id) == col(Conversation.id),
            col(Message.content).icontains(matching, autoescape=True),
        )
        query = query.where(or_(col(Conversation.title).icontains(matching, autoescape=True), said))
    return list((await session.exec(query)).all())


async def messages(session: AsyncSession, conversation_id: UUID) -> list[Message]:
    """Questions, each with its newest answer, oldest first."""
    question = func.coalesce(col(Message.reply_to), col(Message.id))
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(question, col(Message.role).desc(), col(Message.id))
    )
    shown: list[Message] = []
    for message in await session.exec(query):
        if shown and message.reply_to is not None and shown[-1].reply_to == message.reply_to:
            shown.pop()
        shown.append(message)
    return shown


async def sources(
    session: AsyncSession, shown: Sequence[Message]
) -> dict[UUID, list[MessageSource]]:
    """The sources that were sent with these answers, by answer, in their order."""
    query = (
        select(MessageSource)
        .where(col(MessageSource.message_id).in_([message.id for message in shown]))
        .order_by(col(MessageSource.message_id), col(MessageSource.index))
    )
    found: dict[UUID, list[MessageSource]] = {}
    for source in await session.exec(query):
        found.setdefault(source.message_id, []).append(source)
    return found


async def failures(session: AsyncSession, shown: Sequence[Message]) -> dict[UUID, Failed]:
    """How those of these answers that failed have ended, as their listeners were told."""
    failed = [message.id for message in shown if message.status == "failed"]
    if not failed:
        return {}
    query = select(LoggedEvent).where(
        col(LoggedEvent.message_id).in_(failed), LoggedEvent.kind == "failed"
    )
    read = ((row.message_id, record.read(row.kind, row.data)) for row in await session.exec(query))
    return {message_id: event for message_id, event in read if isinstance(event, Failed)}


def source_row(message_id: UUID, cited: CitedSource) -> MessageSource:
    """A source as it is kept."""
    source = cited.source
    return MessageSource(
        message_id=message_id,
        index=source.index,
        chunk_id=source.chunk_id,
        document_id=source.document_id,
        document_name=source.document_name,
        document_version=source.document_version,
        page_number=source.page_number,
        start=source.start,
        end=source.end,
        text=cited.text,
        score=source.score,
        url=source.url,
    )


def title_from(question: str) -> str:
    """A conversation's title: the beginning of its first question, on one line."""
    line = " ".join(question.split())
    if len(line) <= TITLE_CHARS:
        return line
    cut = line[:TITLE_CHARS].rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:") + "…"


def _readable(user: User) -> tuple[ColumnElement[bool], ...]:
    return (
        and_(col(Conversation.user_id) == user.id, access_for(user).is_not(None)),
        # It tells of what only the tier `full` may see, and is read where that is asked for.
        col(Conversation.channel) != MANAGEMENT,
    )
