"""Writing a question down: one transaction makes everything that its answer needs."""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import User
from app.chat import store
from app.chat.errors import GenerationInProgress
from app.chat.events import Mode
from app.chat.prompt import Exchange
from app.chat.tables import Conversation, Message
from app.errors import InvalidRequest, NotFound
from ingest.corpus.tables import Document, now

_MARKERS = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuestion:
    """What a person asks.

    Attributes:
        conversation_id: None begins a new conversation.
        document_ids: Only these documents; None for all of the project.
    """

    project_id: UUID
    text: str
    conversation_id: UUID | None = None
    mode: Mode = "docs"
    document_ids: tuple[UUID, ...] | None = None


async def conversation_for(
    session: AsyncSession, user: User, question: NewQuestion
) -> Conversation:
    """The conversation that the question goes on with, locked, or a new one.

    Raises:
        NotFound: It is somebody else's, or of another project, or there is none.
    """
    if question.conversation_id is None:
        conversation = Conversation(
            project_id=question.project_id,
            user_id=user.id,
            title=store.title_from(question.text),
        )
        session.add(conversation)
        await session.flush()
        return conversation
    conversation = await store.own(session, user, question.conversation_id, lock=True)
    if conversation.project_id != question.project_id:
        raise NotFound("There is no such conversation in this project.")
    conversation.updated_at = now()
    session.add(conversation)
    return conversation


async def check_documents(session: AsyncSession, question: NewQuestion) -> None:
    """See that every chosen document belongs to the project.

    Raises:
        InvalidRequest: One does not.
    """
    if question.document_ids is None:
        return
    chosen = set(question.document_ids)
    query = select(func.count()).where(
        col(Document.project_id) == question.project_id, col(Document.id).in_(chosen)
    )
    if (await session.exec(query)).one() != len(chosen):
        raise InvalidRequest("One of these documents is not in this project.", "documentIds")


async def write_question(
    session: AsyncSession,
    conversation: Conversation,
    question: NewQuestion,
    model_id: str | None = None,
) -> Message:
    """The question's row; its model is the one that was chosen for it, if any."""
    ids = question.document_ids
    row = Message(
        conversation_id=conversation.id,
        role="user",
        content=question.text,
        mode=question.mode,
        model=model_id,
        document_ids=None if ids is None else [str(each) for each in ids],
    )
    session.add(row)
    await session.flush()
    return row


async def open_answer(session: AsyncSession, question: Message, model: str) -> Message:
    """The empty answer's row.

    Raises:
        GenerationInProgress: The conversation has an answer that is being written.
        IntegrityError: Something else does not hold.
    """
    answer = Message(
        conversation_id=question.conversation_id,
        role="assistant",
        status="streaming",
        reply_to=question.id,
        mode=question.mode,
        model=model,
        document_ids=question.document_ids,
    )
    session.add(answer)
    try:
        await session.flush()
    except IntegrityError as error:
        if "message_one_streaming" not in str(error.orig):
            raise
        raise GenerationInProgress(
            "The last question of this conversation is still being answered. Wait or stop it."
        ) from error
    return answer


def _found_on_web(answer: Message) -> str:
    quotes = (str(each.get("quote", "")) for each in answer.citations if each.get("url"))
    return " ".join(dict.fromkeys(quotes))


async def history(session: AsyncSession, question: Message) -> list[Exchange]:
    """What was asked and answered in the conversation before this question, oldest first."""
    exchanges: list[Exchange] = []
    asked = ""
    for message in await store.messages(session, question.conversation_id):
        if message.id == question.id:
            break
        if message.role == "user":
            asked = message.content
        elif message.role == "note":
            continue  # People's own: what the model reads it may tell.
        elif message.status in {"complete", "stopped"} and message.content:
            # Numbers of another question's passages would mislead.
            answer = _MARKERS.sub("", message.content)
            exchanges.append(Exchange(asked, answer, _found_on_web(message)))
    return exchanges
