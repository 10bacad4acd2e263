"""One-time links: how somebody sets a password who has none, or forgot it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store
from app.accounts.roles import check_admin, check_way_in
from app.accounts.tables import OneTimeLink, User
from app.accounts.tokens import LINK_PREFIX, draw_token, token_hash
from app.audit.record import Actor, Change, Target, record
from app.errors import InvalidRequest, NotFound
from ingest.corpus.tables import now

INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(days=1)


async def make_link(session: AsyncSession, actor: Actor, user: User) -> tuple[OneTimeLink, str]:
    """Make a link for somebody; the one before means nothing any more.

    Returns:
        The row, and the token's text, which is shown once and never again.

    Raises:
        InvalidRequest: They are inactive: the link would open nothing.
    """
    if not user.is_active:
        raise InvalidRequest("This account is inactive. Activate it first, then make a link.")
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


def link_url(server: str, token: str) -> str:
    """The page that takes the link up.

    The token stands behind the `#`, which browsers send to no server: it is in no log.
    """
    return f"{server.rstrip('/')}/app/welcome#token={token}"


async def standing_link(session: AsyncSession, token: str) -> tuple[OneTimeLink, User] | None:
    """The link that this token opens, and whom it is for; None for any that opens nothing."""
    query = (
        select(OneTimeLink, User)
        .join(User, col(User.id) == col(OneTimeLink.user_id))
        .where(
            OneTimeLink.token_hash == token_hash(token),
            OneTimeLink.expires_at > now(),
            col(User.is_active),
        )
    )
    return (await session.exec(query)).first()


async def spend(session: AsyncSession, link_id: UUID) -> bool:
    """End the link; of two who spend it at once, one is told False."""
    gone = await session.exec(
        delete(OneTimeLink).where(col(OneTimeLink.id) == link_id).returning(col(OneTimeLink.id))
    )
    return gone.first() is not None


async def person_to_reset(session: AsyncSession, actor: User, user_id: UUID) -> User:
    """Somebody whose ways in the actor may renew or end.

    Raises:
        Forbidden: The actor may for nobody; they don't learn who exists either.
        ForbiddenRole: The person's platform role is above them.
        NotFound: There is no such person.
    """
    check_admin(actor)
    target = await store.user_by_id(session, user_id)
    if target is None:
        raise NotFound("There is no such person.")
    check_way_in(actor, target)
    return target
