"""Personal access tokens: made, listed, revoked by their owner."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store
from app.accounts.tables import PersonalAccessToken, User
from app.accounts.tokens import PERSONAL_PREFIX, draw_token, token_hash
from app.audit.record import Actor, Change, Target, record
from app.errors import NotFound


async def create(
    session: AsyncSession, user: User, actor: Actor, name: str, expires_at: datetime
) -> tuple[PersonalAccessToken, str]:
    """Make a token; its text is returned once and never again."""
    secret = draw_token(PERSONAL_PREFIX)
    token = PersonalAccessToken(
        user_id=user.id,
        name=name,
        token_hash=token_hash(secret),
        last4=secret[-4:],
        expires_at=expires_at,
    )
    session.add(token)
    await session.flush()
    made = Change(after={"name": name, "expiresAt": expires_at.isoformat()})
    await record(session, actor, "token.created", Target("token", token.id, name), made)
    return token, secret


async def delete(session: AsyncSession, user: User, actor: Actor, token_id: UUID) -> None:
    """Revoke one of the person's own tokens.

    Raises:
        NotFound: There is none of this id.
    """
    name = await store.delete_personal_token(session, user.id, token_id)
    if name is None:
        raise NotFound("There is no such token.")
    await record(session, actor, "token.revoked", Target("token", token_id, name))
