"""One-time links, by which somebody sets a password."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import OneTimeLink, User
from app.accounts.tokens import LINK_PREFIX, draw_token, token_hash
from app.audit.record import Actor, Change, Target, record
from ingest.corpus.tables import now

INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(days=1)


async def make_link(session: AsyncSession, actor: Actor, user: User) -> tuple[OneTimeLink, str]:
    """Make a link for somebody; the one before means nothing any more.

    Returns:
        The row, and the token's text, which is shown once and never again.
    """
    token = draw_token(LINK_PREFIX)
    invited = user.password_hash is None
    link = OneTimeLink(
        user_id=user.id,
        purpose="invitation" if invited else "password_reset",
        token_hash=token_hash(token),
        created_by=actor.id,
        expires_at=now() + (INVITATION_LIFETIME if invited else RESET_LIFETIME),
    )
    values = link.model_dump()
    await session.exec(
        insert(OneTimeLink)
        .values(values)
        .on_conflict_do_update(index_elements=[col(OneTimeLink.user_id)], set_=values)
    )
    made = Change(after={"purpose": link.purpose, "expiresAt": link.expires_at.isoformat()})
    await record(session, actor, "link.created", Target("user", user.id, user.email), made)
    return link, token
