"""Setting a password: by whoever knows the old one, and by what else proves who one is."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store, throttling
from app.accounts.passwords import Passwords
from app.accounts.tables import OneTimeLink, User
from app.audit.record import Actor, Change, Target, record
from app.errors import InvalidRequest
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What somebody asks for who is signed in.

    Attributes:
        user: Whose password.
        actor: The same person, for the audit log.
        session_id: Their signed-in session, which goes on; the others end.
        current: As typed.
        new: As typed, and strong enough.
    """

    user: User
    actor: Actor
    session_id: UUID
    current: str
    new: str


async def change_password(
    transactions: Transactions, passwords: Passwords, change: PasswordChange
) -> None:
    """Set a new password for whoever knows the old one; their other sessions end.

    A wrong one counts as a failed sign-in does: who finds an open browser can't try for ever.

    Raises:
        InvalidRequest: The current password is wrong, or the new one is the same.
        RateLimited: Too many failures for this account or address.
    """
    user, whom = change.user, Target("user", change.user.id, change.user.email)
    if user.password_hash is None:
        raise InvalidRequest(
            "You have no password yet. Ask an admin for a link to set one.", "currentPassword"
        )
    buckets = throttling.sign_in_buckets(user.email, change.actor.address)
    async with transactions() as session:
        await throttling.check(session, buckets)
    if not await passwords.matches(user.password_hash, change.current):
        async with transactions() as session:
            await throttling.note(session, buckets)
            await record(session, change.actor, "password.refused", whom)
        raise InvalidRequest("This is not your current password.", "currentPassword")
    if change.new == change.current:
        raise InvalidRequest("Choose a password that you don't have already.", "newPassword")
    hashed = await passwords.hash(change.new)
    async with transactions() as session:
        if not await _put(session, user.id, hashed, instead_of=user.password_hash):
            raise InvalidRequest("Your password was changed meanwhile.", "currentPassword")
        await throttling.forget(session, buckets[0])
        ended = await end_what_stood(session, user.id, besides=change.session_id)
        done = Change(after={"sessionsEnded": ended})
        await record(session, change.actor, "password.changed", whom, done)


async def end_what_stood(
    session: AsyncSession, user_id: UUID, *, besides: UUID | None = None
) -> int:
    """With a new password, what the old one opened ends; how many sessions those were."""
    await session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == user_id))
    return await store.end_sessions(session, user_id, besides=besides)


async def _put(session: AsyncSession, user_id: UUID, hashed: str, *, instead_of: str) -> bool:
    """Set the hash, unless another change was faster: its outcome would be lost."""
    done = await session.exec(
        update(User)
        .where(col(User.id) == user_id, col(User.password_hash) == instead_of)
        .values(password_hash=hashed, updated_at=now())
        .returning(col(User.id))
    )
    return done.first() is not None
