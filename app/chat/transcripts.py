"""Dialogues that a front end keeps itself and tells whole with every question."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.tables import Conversation, Message
from app.errors import InvalidRequest
from ingest.corpus.tables import now

Speaker: TypeAlias = Literal["user", "assistant"]

KEPT_EXCHANGES = 20
"""Of what was said before: more than any prompt takes, and every call writes them anew."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message, as it was told."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A question and what came before it.

    Attributes:
        past: Questions and their answers, oldest first.
    """

    question: str
    past: tuple[tuple[str, str], ...] = ()


def transcript(told: Iterable[Said]) -> Transcript:
    """What was told, as questions and answers: the last message is the question.

    Messages of one speaker in a row are one. A greeting before the first question is left out: it
    answers nothing.

    Raises:
        InvalidRequest: The last message is not the person's, or is empty.
    """
    turns: list[Said] = []
    for said in told:
        if turns and turns[-1].speaker == said.speaker:
            turns[-1] = replace(said, text=f"{turns[-1].text}\n\n{said.text}")
        elif turns or said.speaker == "user":
            turns.append(said)
    if not turns or turns[-1].speaker != "user" or not turns[-1].text.strip():
        raise InvalidRequest("The last message has to be the user's, with a question.", "messages")
    questions, answers = turns[0:-1:2], turns[1::2]
    pairs = [(one.text, other.text) for one, other in zip(questions, answers, strict=True)]
    return Transcript(turns[-1].text, tuple(pairs[-KEPT_EXCHANGES:]))


async def write_transcript(
    session: AsyncSession, conversation: Conversation, told: Transcript
) -> Message:
    """Write it down in a conversation that is new; the question's row, for `Chat.answer`."""
    for question, answer in told.past:
        asked = await _written(session, conversation, "user", question)
        await _written(session, conversation, "assistant", answer, asked)
    conversation.updated_at = now()
    session.add(conversation)
    return await _written(session, conversation, "user", told.question)


async def _written(
    session: AsyncSession,
    conversation: Conversation,
    role: Speaker,
    text: str,
    asked: Message | None = None,
) -> Message:
    row = Message(
        conversation_id=conversation.id,
        role=role,
        content=text,
        reply_to=asked.id if asked else None,
    )
    session.add(row)
    await session.flush()
    return row
