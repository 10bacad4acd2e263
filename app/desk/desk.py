"""The desk: customers of integrations ask here, the assistant or people answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import repeats
from app.chat.chat import Chat
from app.chat.repeats import Idempotency, Repeat
from app.chat.tables import Conversation, Message
from app.desk import conversations
from app.desk.admission import Admission, Admitted
from app.desk.asking import Asking, ForPeople, ForTheAssistant, Hear, Joined, Reply, reply_with
from app.errors import NotFound
from app.integrations.tables import Integration
from ingest.corpus.sessions import Reads, Transactions

MOST_LISTED: Final = 500


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

    async def ask(
        self,
        admitted: Admitted,
        customer_key: str,
        text: str,
        *,
        channel: str,
        sent: Idempotency | None = None,
    ) -> Reply:
        """Write a customer's question down and begin to answer it.

        The same question in the same conversation, while its answer is being written, is that
        question: its answer is given again.

        Args:
            admitted: By whose token; it was counted before.
            customer_key: By which the integration knows its customer, 1 to 128 characters.
            text: The question, clean and not too long.
            channel: Which front end asks.
            sent: The request's key, if it has one: what came of it first is given again.

        Raises:
            RateLimited: The integration's questions of today are used up.
            NotFound: What the key made was deleted.
            GenerationInProgress: Another question is being answered.
            IdempotencyConflict: The key was used with another body.
            ModelUnknown: The project's model is gone.
            NoProvider: No provider is enabled.
        """
        integration = admitted.integration
        repeat = repeats.of_customer(integration.id, customer_key, sent)
        while True:
            asking = Asking(integration, customer_key, text, channel, self._hears, repeat)
            try:
                message_id = await self._chat.answer(
                    admitted.project, asking.write, admitted.standing, repeat=repeat
                )
            except Joined as joined:
                await self._remember(repeat, joined.reply)
                return joined.reply
            except ForPeople:
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
        return reply_with(conversation, answer)

    async def stop(self, admitted: Admitted, customer_key: str, message_id: UUID) -> None:
        """Have an answer to this customer written no further; no effect on one that has ended.

        Raises:
            NotFound: There is no such answer in the customer's conversation.
        """
        async with self._reads() as session:
            found = await conversations.answer_of(session, admitted.integration, message_id)
        if found is None or found[1].customer_key != customer_key:
            raise NotFound("There is no such answer in this conversation.")
        await self._chat.halt(message_id)

    async def again(self, admitted: Admitted, customer_key: str, text: str) -> Reply | None:
        """The conversation's last answer, if it is to this question."""
        async with self._reads() as session:
            found = await conversations.by_key(session, admitted.integration, customer_key)
            if found is None:
                return None
            last = await conversations.last_exchange(session, found.id)
        return reply_with(found, last[0]) if last is not None and last[1] == text else None

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

    async def _keep(self, asking: Asking) -> Reply | None:
        """Write down what people answer; None where by now the assistant or a repeat does."""
        try:
            async with self._transactions() as session:
                # Ahead of the conversation, as where the assistant answers: requests that took
                # the two in different orders would wait for each other.
                if not await repeats.claim(session, asking.repeat):
                    return None
                conversation, row = await asking.write_for_people(session)
                await repeats.keep_message(session, asking.repeat, row.id)
                return reply_with(conversation, row, by_people=True)
        except ForTheAssistant:
            return None

    async def _remember(self, repeat: Repeat | None, joined: Reply) -> None:
        if repeat is None:
            return
        async with self._transactions() as session:
            if await repeats.claim(session, repeat):
                await repeats.keep_message(session, repeat, joined.message_id)

    async def _reply(self, asking: Asking, message_id: UUID) -> Reply:
        async with self._reads() as session:
            message = await session.get_one(Message, message_id)
            conversation = await session.get_one(Conversation, message.conversation_id)
            noted = await repeats.noted(session, asking.repeat, "reopened")
        reply = reply_with(conversation, message, by_people=message.role == "user")
        return replace(
            reply, reopened=asking.reopened or bool(noted), repeated=not asking.is_written
        )
