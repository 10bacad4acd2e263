"""Share requests: asked by whose conversation it is, decided by those who look after people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from app.access.guards import ADMINS
from app.access.principal import Principal
from app.access.share_links import OWNER_REACHES, LinkState, state_of, with_state
from app.access.tables import ShareLink
from app.accounts.tables import User
from app.accounts.tokens import token_hash
from app.audit.record import Change, Target, record
from app.chat import store
from app.chat.tables import Conversation
from app.errors import InvalidRequest, NotFound
from app.sharing import snapshot
from app.sharing.errors import AlreadyDecided, AlreadyRequested
from app.sharing.showing import Quoting, quoting
from app.sharing.tables import ShareRequest
from app.sharing.tokens import ShareTokens
from ingest.corpus.tables import Project, now

Status: TypeAlias = Literal["pending", "approved", "rejected"]
LISTED_AT_MOST = 200
_WAITING = "This conversation has a request already. It waits for an admin."


@dataclass(frozen=True, slots=True)
class Linked:
    """A link, and what it is good for now."""

    row: ShareLink
    state: LinkState


@dataclass(frozen=True, slots=True)
class Told:
    """A request with what belongs to it.

    Attributes:
        link: None where it was not approved.
        decider: None where nobody decided, or their account was deleted.
    """

    request: ShareRequest
    conversation: Conversation
    project: Project
    requester: User
    decider: User | None
    link: Linked | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a link is good for.

    Attributes:
        expires_at: None for a link that lasts until it is revoked.
        max_follow_ups: Of all its guests together; 0 for a link that is read alone.
    """

    expires_at: datetime | None
    max_follow_ups: int


async def ask(
    session: AsyncSession, principal: Principal, conversation_id: UUID, note: str
) -> ShareRequest:
    """Ask for a link to one's own conversation.

    Raises:
        NotFound: The conversation is not the caller's.
        InvalidRequest: Nothing was answered in it yet.
        AlreadyRequested: A request waits.
        IntegrityError: Something else does not hold.
    """
    conversation = await store.own(session, principal.user, conversation_id, lock=True)
    if not await snapshot.shown(session, conversation.id):
        raise InvalidRequest("There is nothing to share yet: no question was answered.")
    row = ShareRequest(conversation_id=conversation.id, requested_by=principal.user.id, note=note)
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if "share_request_one_pending" not in str(error.orig):
            raise
        raise AlreadyRequested(_WAITING) from error
    target = Target("share", row.id, principal.user.email, conversation.project_id)
    await record(session, principal.actor, "share.requested", target, Change(after={"note": note}))
    return row


async def listed(
    session: AsyncSession,
    user: User,
    *,
    status: Status | None = None,
    conversation_id: UUID | None = None,
    request_id: UUID | None = None,
) -> list[Told]:
    """Requests, newest first: all of them for admins, else the caller's own."""
    query = (
        select(ShareRequest, Conversation, Project, User)
        .join(Conversation, col(Conversation.id) == col(ShareRequest.conversation_id))
        .join(Project, col(Project.id) == col(Conversation.project_id))
        .join(User, col(User.id) == col(ShareRequest.requested_by))
        .order_by(col(ShareRequest.id).desc())
        .limit(LISTED_AT_MOST)
    )
    if user.platform_role not in ADMINS:
        query = query.where(ShareRequest.requested_by == user.id, OWNER_REACHES)
    if status is not None:
        query = query.where(ShareRequest.status == status)
    if conversation_id is not None:
        query = query.where(ShareRequest.conversation_id == conversation_id)
    if request_id is not None:
        query = query.where(ShareRequest.id == request_id)
    return await _told(session, (await session.exec(query)).all())


async def _told(
    session: AsyncSession, found: Sequence[tuple[ShareRequest, Conversation, Project, User]]
) -> list[Told]:
    of_links = with_state().where(col(ShareLink.request_id).in_([row[0].id for row in found]))
    links = {
        link.request_id: Linked(link, state_of(link, owner_reaches=reaches))
        for link, _, reaches in await session.exec(of_links)
    }
    of_people = select(User).where(col(User.id).in_({row[0].decided_by for row in found}))
    deciders = {user.id: user for user in await session.exec(of_people)}
    return [
        Told(
            request,
            conversation,
            project,
            requester,
            decider=deciders.get(request.decided_by) if request.decided_by else None,
            link=links.get(request.id),
        )
        for request, conversation, project, requester in found
    ]


async def one(session: AsyncSession, user: User, request_id: UUID) -> Told:
    """One of those that `listed` shows.

    Raises:
        NotFound: It shows none of this id.
    """
    found = await listed(session, user, request_id=request_id)
    if not found:
        raise NotFound("There is no such request.")
    return found[0]


async def preview(
    session: AsyncSession, principal: Principal, request_id: UUID
) -> tuple[Conversation, Sequence[Quoting]]:
    """What approval would show to everybody, for whoever decides; the audit log hears of it.

    Raises:
        NotFound: There is no such request.
        AlreadyDecided: It does not wait any more, and with it ends the right to look.
    """
    row = await _waiting(session, request_id)
    conversation = await session.get_one(Conversation, row.conversation_id)
    target = await _target(session, row, conversation)
    await record(session, principal.actor, "share.previewed", target)
    messages = await snapshot.shown(session, conversation.id)
    return conversation, await quoting(session, conversation.project_id, messages)


async def approve(
    session: AsyncSession,
    principal: Principal,
    request_id: UUID,
    terms: Terms,
    tokens: ShareTokens,
) -> ShareLink:
    """Make the link: the conversation as it stands now, for everybody who holds it.

    Raises:
        NotFound: There is no such request.
        AlreadyDecided: It does not wait any more.
    """
    row = await _waiting(session, request_id)
    conversation = await session.get_one(Conversation, row.conversation_id, with_for_update=True)
    identity = uuid7()
    link = ShareLink(
        id=identity,
        request_id=row.id,
        project_id=conversation.project_id,
        owner_id=row.requested_by,
        token_hash=token_hash(tokens.draw(identity)),
        expires_at=terms.expires_at,
        allow_follow_ups=terms.max_follow_ups > 0,
        max_follow_ups=terms.max_follow_ups,
    )
    session.add(link)
    await session.flush()
    await snapshot.copy(session, conversation, link)
    _decide(row, principal, "approved")
    session.add(row)
    after = {"expiresAt": terms.expires_at, "maxFollowUps": terms.max_follow_ups}
    target = await _target(session, row, conversation)
    await record(session, principal.actor, "share.approved", target, Change(after=after))
    return link


async def reject(
    session: AsyncSession, principal: Principal, request_id: UUID, reason: str
) -> None:
    """Say no.

    Raises:
        NotFound: There is no such request.
        AlreadyDecided: It does not wait any more.
    """
    row = await _waiting(session, request_id)
    _decide(row, principal, "rejected")
    row.reason = reason
    session.add(row)
    conversation = await session.get_one(Conversation, row.conversation_id)
    target = await _target(session, row, conversation)
    await record(
        session, principal.actor, "share.rejected", target, Change(after={"reason": reason})
    )


async def _waiting(session: AsyncSession, request_id: UUID) -> ShareRequest:
    row = await session.get(ShareRequest, request_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such request.")
    if row.status != "pending":
        raise AlreadyDecided(f"This request was {row.status} already.")
    return row


def _decide(row: ShareRequest, principal: Principal, status: Status) -> None:
    row.status, row.decided_by, row.decided_at = status, principal.user.id, now()


async def _target(session: AsyncSession, row: ShareRequest, conversation: Conversation) -> Target:
    """Named by who asked, not by the title: the log outlives the conversation."""
    requester = await session.get_one(User, row.requested_by)
    return Target("share", row.id, requester.email, conversation.project_id)
