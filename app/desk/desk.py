"""The desk: customers of integrations ask here, the assistant or people answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.chat import Chat
from app.chat.errors import GenerationInProgress
from app.chat.tables import Conversation, Message
from app.desk import conversations
from app.desk.admission import Admission, Admitted
from app.integrations.limits import spend
from app.integrations.tables import Integration
from ingest.corpus.sessions import Reads, Transactions

Hear: TypeAlias = Callable[[AsyncSession, Conversation, Integration, str], Awaitable[bool]]
"""Decides whether the assistant answers what a customer said, and sets the conversation's status.

The conversation is locked; a decision that is not kept is made again in another transaction.
"""

MOST_LISTED: Final = 500


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
    """

    conversation_id: UUID
    customer_key: str
    message_id: UUID
    created_at: datetime
    by_people: bool = False
    reopened: bool = False


async def hear(
    session: AsyncSession, conversation: Conversation, integration: Integration, text: str
) -> bool:
    """People answer what is escalated; what is said after the end begins anew."""
    del integration, text
    if conversation.status == "resolved":
        conversation.status = "active"
        session.add(conversation)
    return conversation.status != "escalated"


class Desk:
    """Customers' questions and what was said.

    Args:
        transactions: Opens a transaction.
        chat: Answers.
        hears: Decides who answers.
        reads: Opens a session to read in; None for a transaction.

    Attributes:
        admission: Lets integrations in.
    """

    def __init__(
        self,
        transactions: Transactions,
        chat: Chat,
        *,
        hears: Hear = hear,
        reads: Reads | None = None,
    ) -> None:
        self.admission = Admission(transactions, reads)
        self._transactions = transactions
        self._reads = reads or transactions
        self._chat = chat
        self._hears = hears

    async def ask(self, admitted: Admitted, customer_key: str, text: str, *, channel: str) -> Reply:
        """Write a customer's question down and begin to answer it.

        The same question in the same conversation, while its answer is being written, is that
        question: its answer is given again.

        Args:
            admitted: By whose token; it was counted before.
            customer_key: By which the integration knows its customer, 1 to 128 characters.
            text: The question, clean and not too long.
            channel: Which front end asks.

        Raises:
            RateLimited: The integration's questions of today are used up.
            GenerationInProgress: Another question is being answered.
            ModelUnknown: The project's model is gone.
            NoProvider: No provider is enabled.
        """
        while True:
            asking = _Asking(admitted.integration, customer_key, text, channel, self._hears)
            try:
                message_id = await self._chat.answer(
                    admitted.project, asking.write, admitted.standing
                )
            except _Joined as joined:
                return joined.reply
            except _ForPeople:
                if (kept := await self._keep(asking)) is not None:
                    return kept
            else:
                return await self._reply(asking, message_id)

    async def begin(self, admitted: Admitted, *, channel: str) -> UUID:
        """Make a conversation under a key that nobody can guess; its id."""
        async with self._transactions() as session:
            made = await conversations.claim(session, admitted.integration, str(uuid4()), channel)
        return made.id

    async def key_of(self, admitted: Admitted, conversation_id: UUID) -> str:
        """By which key a conversation of the integration goes on.

        Raises:
            NotFound: There is none, or it is another integration's.
        """
        async with self._reads() as session:
            found = await conversations.by_id(session, admitted.integration, conversation_id)
        return found.customer_key or ""

    async def resume(
        self, admitted: Admitted, message_id: UUID, after: int, customer_key: str | None = None
    ) -> Reply | None:
        """An answer that a listener has up to event `after`.

        Returns:
            None where nothing is left to send, or it is no answer to this integration's customer.
        """
        async with self._reads() as session:
            found = await conversations.answer_of(session, admitted.integration, message_id)
            if found is None:
                return None
            answer, conversation = found
            if customer_key not in {None, conversation.customer_key}:
                return None
            last = await conversations.last_number(session, message_id)
        if answer.status != "streaming" and after >= last:
            return None
        return _to(conversation, answer)

    async def again(self, admitted: Admitted, customer_key: str, text: str) -> Reply | None:
        """The conversation's last answer, if it is to this question."""
        async with self._reads() as session:
            found = await conversations.by_key(session, admitted.integration, customer_key)
            if found is None:
                return None
            last = await conversations.last_exchange(session, found.id)
        return _to(found, last[0]) if last is not None and last[1] == text else None

    async def history(
        self, admitted: Admitted, customer_key: str, *, after: UUID | None = None, limit: int
    ) -> Sequence[Message]:
        """What was said in the customer's conversation behind message `after`, oldest first."""
        async with self._reads() as session:
            found = await conversations.by_key(session, admitted.integration, customer_key)
            if found is None:
                return []
            return await conversations.said(session, found.id, after=after, limit=limit)

    async def status(self, conversation_id: UUID) -> str:
        """`active`, `escalated` or `resolved`; `resolved` where it is gone."""
        async with self._reads() as session:
            found = await session.get(Conversation, conversation_id)
        return found.status if found else "resolved"

    async def _keep(self, asking: "_Asking") -> Reply | None:
        """Write down what people answer; None where by now the assistant does."""
        async with self._transactions() as session:
            conversation = await asking.claim(session)
            if await asking.heard(session, conversation):
                return None
            row = await conversations.add_question(session, conversation, asking.text)
            return _to(conversation, row, by_people=True)

    async def _reply(self, asking: "_Asking", message_id: UUID) -> Reply:
        async with self._reads() as session:
            answer = await session.get_one(Message, message_id)
            conversation = await session.get_one(Conversation, answer.conversation_id)
        return _to(conversation, answer, reopened=asking.reopened)


class _Asking:
    """One question, in whichever transaction it is written down."""

    def __init__(
        self, integration: Integration, key: str, text: str, channel: str, hears: Hear
    ) -> None:
        self.text = text
        self.reopened = False
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
            _Joined: It is being answered already.
            _ForPeople: People answer.
            GenerationInProgress: Another question is being answered.
        """
        conversation = await self.claim(session)
        writing = await conversations.in_writing(session, conversation.id)
        if writing is not None and writing[1] == self.text:
            raise _Joined(_to(conversation, writing[0]))
        if not await self.heard(session, conversation):
            raise _ForPeople
        if writing is not None:
            raise GenerationInProgress(
                "The last question of this conversation is still being answered. Wait."
            )
        await spend(session, self._integration.id, self._integration.daily_budget)
        return await conversations.add_question(session, conversation, self.text)


class _Joined(Exception):
    """The question is being answered already."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class _ForPeople(Exception):
    """People answer."""


def _to(
    conversation: Conversation, message: Message, *, by_people: bool = False, reopened: bool = False
) -> Reply:
    return Reply(
        conversation_id=conversation.id,
        customer_key=conversation.customer_key or "",
        message_id=message.id,
        created_at=message.created_at,
        by_people=by_people,
        reopened=reopened,
    )
