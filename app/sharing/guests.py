"""What the holders of a link may do: read, and go on asking within its budget."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.standing import Standing
from app.chat import asking, repeats, store
from app.chat.asking import NewQuestion
from app.chat.chat import Chat
from app.chat.repeats import Idempotency
from app.chat.tables import Message
from app.errors import InvalidRequest, NotFound
from app.integrations import limits
from app.sharing.errors import FollowUpsOff, FollowUpsSpent
from app.sharing.links import Opened, open_link
from app.sharing.showing import Quoting, quoting
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now

READS_A_MINUTE = 120
QUESTIONS_A_MINUTE = 10


class Guests:
    """The way in for people without an account.

    Args:
        transactions: Opens a transaction.
        chat: Answers.
    """

    def __init__(self, transactions: Transactions, chat: Chat) -> None:
        self._transactions = transactions
        self._chat = chat

    async def read(self, token: str, address: str) -> tuple[Opened, Sequence[Quoting]]:
        """The shared conversation and what guests asked since.

        Raises:
            RateLimited: This address reads too often.
            NotFound: It is the token of no link.
            LinkGone: The link is not good any more.
        """
        await self._take(f"share-read:{address}", READS_A_MINUTE)
        async with self._transactions() as session:
            opened = await open_link(session, token)
            messages = await store.messages(session, opened.conversation.id)
            return opened, await quoting(session, opened.project.id, messages)

    async def ask(
        self, token: str, text: str, address: str, idempotency: Idempotency | None = None
    ) -> tuple[UUID, Standing]:
        """Ask a follow-up; its answer's id, and on what its reader stands.

        It costs one of the link's questions, whoever of its guests asks.

        Raises:
            RateLimited: This address asks too often.
            NotFound: It is the token of no link.
            LinkGone: The link is not good any more.
            FollowUpsOff: It is for reading alone.
            FollowUpsSpent: Its questions are used up.
            InvalidRequest: The question is empty or too long.
            GenerationInProgress: Another guest's question is still being answered.
            IdempotencyConflict: The key came before with another body.
            NoProvider: No provider is enabled.
        """
        await self._take(f"share-ask:{address}", QUESTIONS_A_MINUTE)
        async with self._transactions() as session:
            opened = await open_link(session, token)
        if not opened.link.allow_follow_ups:
            raise FollowUpsOff("This link is for reading. It takes no questions.")
        self._check(text)
        standing = standing_of(opened)

        async def write(session: AsyncSession) -> Message:
            return await _write(session, token, text)

        repeat = repeats.of_guest(opened.link.id, idempotency)
        return await self._chat.answer(opened.project, write, standing, repeat=repeat), standing

    async def resume(self, token: str, message_id: UUID, address: str) -> Standing:
        """Let a guest follow an answer to a follow-up; on what they stand.

        Raises:
            RateLimited: This address reads too often.
            NotFound: It is the token of no link, or the message is none of its answers.
            LinkGone: The link is not good any more.
        """
        await self._take(f"share-read:{address}", READS_A_MINUTE)
        async with self._transactions() as session:
            opened = await open_link(session, token)
            message = await session.get(Message, message_id)
        if message is None or message.conversation_id != opened.conversation.id:
            raise NotFound("There is no such answer behind this link.")
        return standing_of(opened)

    async def _take(self, key: str, per_minute: int) -> None:
        async with self._transactions() as session:
            await limits.take(session, key, per_minute)

    def _check(self, text: str) -> None:
        if not text.strip():
            raise InvalidRequest("Write a question.", "message")
        most = self._chat.options.max_message_chars
        if len(text) > most:
            raise InvalidRequest(f"The question is longer than {most} characters.", "message")


def standing_of(opened: Opened) -> Standing:
    """A guest's: it falls with the link, and with what the link's owner may read."""
    link = opened.link
    return Standing(link.owner_id, link.project_id, share_id=link.id)


async def _write(session: AsyncSession, token: str, text: str) -> Message:
    # The link is read again, locked: guests who ask at once are counted one after the other.
    opened = await open_link(session, token, lock=True)
    link = opened.link
    if link.follow_ups >= link.max_follow_ups:
        raise FollowUpsSpent("The questions of this link are used up. It can still be read.")
    link.follow_ups += 1
    opened.conversation.updated_at = now()
    session.add_all([link, opened.conversation])
    question = NewQuestion(project_id=link.project_id, text=text)
    return await asking.write_question(session, opened.conversation, question)
