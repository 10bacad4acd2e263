"""Share links: found by their token, listed, taken back."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.guards import ADMINS
from app.access.principal import Principal
from app.access.share_links import LinkState, state_of, with_state
from app.access.tables import ShareLink
from app.accounts.tables import User
from app.accounts.tokens import token_hash
from app.audit.record import Target, record
from app.chat.tables import Conversation
from app.errors import NotFound
from app.sharing.errors import LinkGone
from app.sharing.tokens import TOKEN_PREFIX
from ingest.corpus.tables import Project, now

_GONE: dict[LinkState, str] = {
    "expired": "This link has run out. Ask whoever sent it for a new one.",
    "revoked": "This link was taken back. Ask whoever sent it.",
    "closed": "This link is closed. Ask whoever sent it.",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is good, and what stands behind it."""

    link: ShareLink
    project: Project
    conversation: Conversation


async def open_link(session: AsyncSession, token: str, *, lock: bool = False) -> Opened:
    """What a token opens.

    Args:
        session: Open.
        token: As it stands in the link.
        lock: Keep others from counting follow-ups until the transaction ends.

    Raises:
        NotFound: It is the token of no link, or what it showed was deleted.
        LinkGone: The link has run out, was revoked, or its owner may not read this any more.
    """
    if not token.startswith(TOKEN_PREFIX):
        raise NotFound("There is no such link.")
    query = with_state().where(col(ShareLink.token_hash) == token_hash(token))
    if lock:
        query = query.with_for_update(of=ShareLink)
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such link.")
    link, project, owner_reaches = found
    state = state_of(link, owner_reaches=owner_reaches)
    if state != "open":
        raise LinkGone(_GONE[state], reason=state)
    own = select(Conversation).where(Conversation.share_id == link.id)
    return Opened(link, project, (await session.exec(own)).one())


async def revoke(session: AsyncSession, principal: Principal, share_id: UUID) -> None:
    """Take a link back: its guests' streams end, and it opens nothing any more.

    Raises:
        NotFound: There is no such link, or it is not the caller's to take back.
    """
    query = select(ShareLink).where(ShareLink.id == share_id).with_for_update()
    link = (await session.exec(query)).one_or_none()
    if link is None or not _may_revoke(principal.user, link):
        raise NotFound("There is no such link.")
    if link.revoked_at is not None:
        return
    link.revoked_at = now()
    session.add(link)
    owner = await session.get_one(User, link.owner_id)
    target = Target("share", link.request_id, owner.email, link.project_id)
    await record(session, principal.actor, "share.revoked", target)


def _may_revoke(user: User, link: ShareLink) -> bool:
    return user.platform_role in ADMINS or link.owner_id == user.id
