"""The same request sent again under one `Idempotency-Key` (wire contract, section 0)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.errors import IdempotencyConflict
from app.chat.tables import IdempotencyRecord, Message
from app.errors import NotFound
from ingest.corpus.tables import now


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What makes a repeated request the same one.

    Attributes:
        key: As the client sent it, 1 to 128 characters.
        body_hash: SHA-256 over what is asked, and where, in hex.
    """

    key: str
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A key of somebody's: another one's key of the same name is another key.

    Attributes:
        sent: The key and what came with it.
        user_id: The person who sent it, or
        integration_id: the integration, or
        share_id: the link of the guest; one of the three.
        customer_key: The integration's customer; empty where it named none.
    """

    sent: Idempotency
    user_id: UUID | None = None
    integration_id: UUID | None = None
    share_id: UUID | None = None
    customer_key: str = ""

    @property
    def identity(self) -> tuple[UUID | None, str, str]:
        """Of its record."""
        asker = self.user_id or self.integration_id or self.share_id
        return asker, self.customer_key, self.sent.key


def of_person(user_id: UUID, sent: Idempotency | None) -> Repeat | None:
    """A person's."""
    return None if sent is None else Repeat(sent=sent, user_id=user_id)


def of_guest(share_id: UUID, sent: Idempotency | None) -> Repeat | None:
    """Of whoever holds a link."""
    return None if sent is None else Repeat(sent=sent, share_id=share_id)


def of_customer(integration_id: UUID, customer_key: str, sent: Idempotency | None) -> Repeat | None:
    """Of an integration's customer."""
    if sent is None:
        return None
    return Repeat(sent=sent, integration_id=integration_id, customer_key=customer_key)


async def earlier_message(session: AsyncSession, repeat: Repeat | None) -> UUID | None:
    """The message that the first request with this key made.

    Raises:
        IdempotencyConflict: It came with another body.
        NotFound: It was deleted since; asking again takes another key.
    """
    if repeat is None:
        return None
    record = await session.get(IdempotencyRecord, repeat.identity)
    if record is None or record.result is None:
        return None
    if record.body_hash != repeat.sent.body_hash:
        raise IdempotencyConflict("This Idempotency-Key was used with another request.")
    message_id = UUID(str(record.result["messageId"]))
    if await session.get(Message, message_id) is None:
        raise NotFound("The answer to this request was deleted. Ask with another key.")
    return message_id


async def claim(session: AsyncSession, repeat: Repeat | None) -> bool:
    """Take the key for this transaction; False when another one took it and is committed.

    Whoever races for the same key waits here until the first one is through.
    """
    if repeat is None:
        return True
    row = {
        "user_id": repeat.user_id,
        "integration_id": repeat.integration_id,
        "share_id": repeat.share_id,
        "customer_key": repeat.customer_key,
        "key": repeat.sent.key,
        "body_hash": repeat.sent.body_hash,
        "created_at": now(),
    }
    statement = insert(IdempotencyRecord).values(row).on_conflict_do_nothing()
    taken = await session.exec(statement.returning(col(IdempotencyRecord.key)))
    return taken.first() is not None


async def keep_message(session: AsyncSession, repeat: Repeat | None, message_id: UUID) -> None:
    """Note which message the claimed key made."""
    await note(session, repeat, messageId=str(message_id))


async def note(session: AsyncSession, repeat: Repeat | None, **facts: object) -> None:
    """Note something else about what the claimed key made."""
    if repeat is not None:
        record = await session.get_one(IdempotencyRecord, repeat.identity)
        record.result = {**(record.result or {}), **facts}
        session.add(record)


async def noted(session: AsyncSession, repeat: Repeat | None, fact: str) -> object:
    """What was noted under this name; None where nothing was."""
    record = None if repeat is None else await session.get(IdempotencyRecord, repeat.identity)
    return None if record is None or record.result is None else record.result.get(fact)
