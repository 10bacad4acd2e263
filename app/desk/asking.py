"""A customer's question, in whichever transaction it is written down, and what becomes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import repeats
from app.chat.errors import GenerationInProgress
from app.chat.repeats import Repeat
from app.chat.tables import Conversation, Message
from app.desk import conversations
from app.integrations.limits import spend
from app.integrations.tables import Integration

Hear: TypeAlias = Callable[[AsyncSession, Conversation, Integration, str], Awaitable[bool]]
"""Decides whether the assistant answers what a customer said, and sets the conversation's status.

The conversation is locked; a decision that is not kept is made again in another transaction.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """What becomes of a question.

    Attributes:
        conversation_id: Ours.
        customer_key: The integration's.
        message_id: The answer, to be followed with `Chat.batches`; the question where people
            answer.
        created_at: When that message was begun.
        by_people: Whether the assistant is silent.
        reopened: Whether the question brought a resolved conversation back.
        repeated: Whether it had been asked before, under the same `Idempotency-Key`.
    """

    conversation_id: UUID
    customer_key: str
    message_id: UUID
    created_at: datetime
    by_people: bool = False
    reopened: bool = False
    repeated: bool = False


class Asking:
    """One question, in whichever transaction it is written down."""

    def __init__(
        self,
        integration: Integration,
        key: str,
        text: str,
        channel: str,
        hears: Hear,
        repeat: Repeat | None,
    ) -> None:
        self.text = text
        self.repeat = repeat
        self.reopened = False
        self.is_written = False
        self._integration = integration
        self._key = key
        self._channel = channel
        self._hears = hears

    async def claim(self, session: AsyncSession) -> Conversation:
        """The conversation, locked."""
        return await conversations.claim(session, self._integration, self._key, self._channel)

    async def heard(self, session: AsyncSession, conversation: Conversation) -> bool:
        """Whether the assistant answers."""
        before = conversation.status
        is_heard = await self._hears(session, conversation, self._integration, self.text)
        self.reopened = before == "resolved" and is_heard
        return is_heard

    async def write(self, session: AsyncSession) -> Message:
        """The question's row.

        Raises:
            Joined: It is being answered already.
            ForPeople: People answer.
            GenerationInProgress: Another question is being answered.
        """
        conversation = await self.claim(session)
        writing = await conversations.in_writing(session, conversation.id)
        if writing is not None and writing[1] == self.text:
            raise Joined(reply_with(conversation, writing[0]))
        if not await self.heard(session, conversation):
            raise ForPeople
        if writing is not None:
            raise GenerationInProgress(
                "The last question of this conversation is still being answered. Wait."
            )
        await spend(session, self._integration.id, self._integration.daily_budget)
        if self.reopened:
            await repeats.note(session, self.repeat, reopened=True)
        self.is_written = True
        return await conversations.add_question(session, conversation, self.text)

    async def write_for_people(self, session: AsyncSession) -> tuple[Conversation, Message]:
        """The question's row where people answer, with its conversation.

        Raises:
            ForTheAssistant: By now the assistant does.
        """
        conversation = await self.claim(session)
        if await self.heard(session, conversation):
            raise ForTheAssistant
        return conversation, await conversations.add_question(session, conversation, self.text)


class Joined(Exception):
    """The question is being answered already."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class ForPeople(Exception):
    """People answer."""


class ForTheAssistant(Exception):
    """The assistant answers; nothing that was done for people is kept."""


def reply_with(conversation: Conversation, message: Message, *, by_people: bool = False) -> Reply:
    """What becomes of a question: this message."""
    return Reply(
        conversation_id=conversation.id,
        customer_key=conversation.customer_key or "",
        message_id=message.id,
        created_at=message.created_at,
        by_people=by_people,
    )
