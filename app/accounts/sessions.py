"""Signed-in sessions: opened by any way of signing in, carried on by rotating refresh tokens."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import directory, store
from app.accounts.errors import TokenExpired, Unauthenticated
from app.accounts.tables import AuthSession, Department, RefreshToken, User
from app.accounts.tokens import (
    REFRESH_LIFETIME,
    REFRESH_PREFIX,
    AccessClaims,
    draw_token,
    sign_access_token,
    token_hash,
)
from ingest.corpus.tables import now

Way: TypeAlias = Literal["password", "link", "oidc", "setup"]
MOST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from.

    Attributes:
        address: Of the client, or of the last proxy that is not trusted.
        user_agent: Its own word.
    """

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a fresh pair of tokens, and the department that they belong to."""

    user: User
    access_token: str
    refresh_token: str
    department: Department | None = None


async def open_session(
    session: AsyncSession, user: User, way: Way, client: Client, secret: str
) -> SignedIn:
    """Begin a session for somebody whose identity was proven.

    Args:
        session: Commits afterwards.
        user: Active.
        way: How it was proven.
        client: Where from.
        secret: Signs the access token.
    """
    await store.drop_expired(session, user.id)
    begun = AuthSession(
        user_id=user.id,
        way=way,
        address=client.address,
        user_agent=client.user_agent[:MOST_AGENT],
        expires_at=now() + REFRESH_LIFETIME,
    )
    session.add(begun)
    await session.flush()
    return await _pair(session, user, begun, secret)


async def carry_on(
    session: AsyncSession, old: RefreshToken, client: Client, secret: str
) -> SignedIn | None:
    """Spend a refresh token for a new pair; None ends the session, since it was spent before.

    Raises:
        TokenExpired: It ran out.
        Unauthenticated: Its session was ended, or its holder is inactive.
    """
    if old.spent_at is not None:
        await store.end_session(session, old.family_id)
        return None
    if old.expires_at <= now():
        raise TokenExpired("Your session has run out; sign in again.")
    current = await store.standing_session(session, old.family_id)
    user = await store.user_by_id(session, old.user_id)
    if current is None or user is None or not user.is_active:
        raise Unauthenticated("Sign in to go on.")
    old.spent_at = now()
    current.last_used_at = now()
    current.expires_at = now() + REFRESH_LIFETIME
    current.address = client.address
    session.add_all([old, current])
    return await _pair(session, user, current, secret)


async def _pair(session: AsyncSession, user: User, current: AuthSession, secret: str) -> SignedIn:
    refresh = draw_token(REFRESH_PREFIX)
    session.add(
        RefreshToken(
            user_id=user.id,
            family_id=current.id,
            token_hash=token_hash(refresh),
            expires_at=current.expires_at,
        )
    )
    user.last_seen_at = now()
    session.add(user)
    access = sign_access_token(AccessClaims(user.id, current.id), secret)
    return SignedIn(user, access, refresh, await directory.department_of(session, user))
