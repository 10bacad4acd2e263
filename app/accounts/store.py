"""Reading and writing people and their credentials."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import PersonalAccessToken, RefreshToken, SignInFailure, User
from ingest.corpus.tables import now


async def is_initialized(session: AsyncSession) -> bool:
    """Whether the superadmin exists."""
    found = await session.exec(select(User.id).where(User.platform_role == "superadmin"))
    return found.first() is not None


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The person with this address, in any case of letters."""
    return (await session.exec(select(User).where(User.email == email.lower()))).first()


async def user_by_id(session: AsyncSession, user_id: UUID) -> User | None:
    """The person, fresh from the database."""
    return (await session.exec(select(User).where(User.id == user_id))).first()


async def user_of_session(
    session: AsyncSession, user_id: UUID, family_id: UUID, at: datetime
) -> User | None:
    """The active person whose signed-in session still stands, in one query."""
    alive = (
        select(literal(1))
        .where(
            RefreshToken.family_id == family_id,
            RefreshToken.user_id == user_id,
            col(RefreshToken.revoked_at).is_(None),
            RefreshToken.expires_at > at,
        )
        .exists()
    )
    query = select(User).where(User.id == user_id, col(User.is_active), alive)
    return (await session.exec(query)).first()


async def user_of_personal_token(
    session: AsyncSession, hashed: str, at: datetime
) -> tuple[User, PersonalAccessToken] | None:
    """The active person who holds this token, and the token, expired or not."""
    query = (
        select(User, PersonalAccessToken)
        .join(PersonalAccessToken, col(PersonalAccessToken.user_id) == col(User.id))
        .where(PersonalAccessToken.token_hash == hashed, col(User.is_active))
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    user, token = found
    if token.last_used_at is None or at - token.last_used_at > timedelta(minutes=1):
        token.last_used_at = at
        session.add(token)
    return user, token


async def refresh_token(session: AsyncSession, hashed: str) -> RefreshToken | None:
    """The token's row, locked, so that two exchanges of one token are seen one after the other."""
    query = select(RefreshToken).where(RefreshToken.token_hash == hashed).with_for_update()
    return (await session.exec(query)).first()


async def revoke_family(session: AsyncSession, family_id: UUID) -> None:
    """End a signed-in session with all its tokens."""
    await session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.family_id) == family_id, col(RefreshToken.revoked_at).is_(None))
        .values(revoked_at=now())
    )


async def drop_expired(session: AsyncSession, user_id: UUID) -> None:
    """Forget what ran out long ago."""
    limit = now() - timedelta(days=1)
    await session.exec(
        delete(RefreshToken).where(
            col(RefreshToken.user_id) == user_id, col(RefreshToken.expires_at) < limit
        )
    )


async def failures(session: AsyncSession, bucket: str, since: datetime) -> tuple[int, datetime]:
    """How many failed sign-ins a bucket holds, and when the oldest of them was."""
    query = select(func.count(), func.min(SignInFailure.at)).where(
        SignInFailure.bucket == bucket, SignInFailure.at > since
    )
    count, oldest = (await session.exec(query)).one()
    return count, oldest or since


async def note_failures(session: AsyncSession, buckets: list[str]) -> None:
    """Count one failed sign-in in each bucket, and forget those of yesterday."""
    at = now()
    rows = [{"bucket": bucket, "at": at} for bucket in buckets]
    await session.exec(insert(SignInFailure).values(rows).on_conflict_do_nothing())
    await session.exec(delete(SignInFailure).where(col(SignInFailure.at) < at - timedelta(days=1)))


async def forget_failures(session: AsyncSession, bucket: str) -> None:
    """Start the bucket's count anew, after a right password."""
    await session.exec(delete(SignInFailure).where(col(SignInFailure.bucket) == bucket))


async def personal_tokens(session: AsyncSession, user_id: UUID) -> list[PersonalAccessToken]:
    """A person's tokens, newest first."""
    query = (
        select(PersonalAccessToken)
        .where(PersonalAccessToken.user_id == user_id)
        .order_by(col(PersonalAccessToken.id).desc())
    )
    return list(await session.exec(query))


async def delete_personal_token(session: AsyncSession, user_id: UUID, token_id: UUID) -> bool:
    """Revoke one of a person's own tokens; whether there was one."""
    gone = await session.exec(
        delete(PersonalAccessToken)
        .where(
            col(PersonalAccessToken.id) == token_id,
            col(PersonalAccessToken.user_id) == user_id,
        )
        .returning(col(PersonalAccessToken.id))
    )
    return gone.first() is not None
