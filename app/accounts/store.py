"""Reading and writing people and their credentials."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import (
    AuthSession,
    PersonalAccessToken,
    RefreshToken,
    User,
)
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
    session: AsyncSession, user_id: UUID, session_id: UUID, at: datetime
) -> User | None:
    """The active person whose signed-in session still stands, in one query."""
    query = (
        select(User)
        .join(AuthSession, col(AuthSession.user_id) == col(User.id))
        .where(User.id == user_id, col(User.is_active), AuthSession.id == session_id, *_stands(at))
    )
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


async def standing_session(session: AsyncSession, session_id: UUID) -> AuthSession | None:
    """A signed-in session that was not ended, locked."""
    query = select(AuthSession).where(AuthSession.id == session_id, *_stands(now()))
    return (await session.exec(query.with_for_update())).first()


async def sessions(session: AsyncSession, user_id: UUID) -> list[AuthSession]:
    """A person's signed-in sessions that stand, the last used first."""
    query = (
        select(AuthSession)
        .where(AuthSession.user_id == user_id, *_stands(now()))
        .order_by(col(AuthSession.last_used_at).desc(), col(AuthSession.id).desc())
    )
    return list(await session.exec(query))


async def end_session(session: AsyncSession, session_id: UUID) -> None:
    """End one signed-in session with all its tokens."""
    await session.exec(
        update(AuthSession)
        .where(col(AuthSession.id) == session_id, col(AuthSession.revoked_at).is_(None))
        .values(revoked_at=now())
    )


async def end_sessions(session: AsyncSession, user_id: UUID, *, besides: UUID | None = None) -> int:
    """End a person's signed-in sessions, all or all but one; how many those were."""
    query = update(AuthSession).where(col(AuthSession.user_id) == user_id, *_stands(now()))
    if besides is not None:
        query = query.where(col(AuthSession.id) != besides)
    ended = await session.exec(query.values(revoked_at=now()).returning(col(AuthSession.id)))
    return len(ended.all())


async def drop_expired(session: AsyncSession, user_id: UUID) -> None:
    """Forget sessions and refresh tokens that ran out long ago."""
    limit = now() - timedelta(days=1)
    for table in (AuthSession, RefreshToken):
        await session.exec(
            delete(table).where(col(table.user_id) == user_id, col(table.expires_at) < limit)
        )


async def personal_tokens(session: AsyncSession, user_id: UUID) -> list[PersonalAccessToken]:
    """A person's tokens, newest first."""
    query = (
        select(PersonalAccessToken)
        .where(PersonalAccessToken.user_id == user_id)
        .order_by(col(PersonalAccessToken.id).desc())
    )
    return list(await session.exec(query))


async def delete_personal_token(session: AsyncSession, user_id: UUID, token_id: UUID) -> str | None:
    """Revoke one of a person's own tokens; its name, None where there is none."""
    gone = await session.exec(
        delete(PersonalAccessToken)
        .where(
            col(PersonalAccessToken.id) == token_id,
            col(PersonalAccessToken.user_id) == user_id,
        )
        .returning(col(PersonalAccessToken.name))
    )
    return gone.scalars().first()


def _stands(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(AuthSession.revoked_at).is_(None), col(AuthSession.expires_at) > at
