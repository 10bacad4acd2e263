"""Request and response bodies of sharing (wire contract, section 9)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.access.share_links import LinkState
from app.accounts.tables import User
from app.api.bodies import Body
from app.chat.tables import Conversation
from app.sharing.links import Opened
from app.sharing.requests import Linked, Status, Told
from app.sharing.showing import Quote, Quoting
from app.wire.times import timestamp

MOST_NOTE = 1_000
MOST_FOLLOW_UPS = 1_000
FOLLOW_UPS = 10
"""Of a link whose approval allows some and names no number."""

Note = Annotated[str, Meta(max_length=MOST_NOTE)]


class ShareRequestBody(Body):
    """Why a conversation should be shared."""

    note: Note = ""


class ApproveBody(Body):
    """What a link is good for; a number of follow-ups alone allows them."""

    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    allow_follow_ups: bool | None = None
    max_follow_ups: Annotated[int, Meta(ge=0, le=MOST_FOLLOW_UPS)] | None = None

    @property
    def follow_ups(self) -> int:
        """How many guests may ask; 0 where they may not."""
        if self.allow_follow_ups is False:
            return 0
        if self.max_follow_ups is None:
            return FOLLOW_UPS if self.allow_follow_ups else 0
        return self.max_follow_ups


class RejectBody(Body):
    """Why not."""

    reason: Note = ""


class FollowUp(Body):
    """What a guest asks."""

    message: str


class SharePersonView(Body):
    """Who asked, or who decided."""

    id: UUID
    name: str
    email: str


class ShareView(Body):
    """A link; `token` and `url` are null where it opens nothing, or can't be shown any more."""

    id: UUID
    request_id: UUID
    conversation_id: UUID
    conversation_title: str
    project_id: UUID
    project_name: str
    requested_by: SharePersonView
    status: LinkState
    expires_at: str | None
    allow_follow_ups: bool
    max_follow_ups: int
    follow_ups_used: int
    created_at: str
    revoked_at: str | None
    token: str | None
    url: str | None


class ShareRequestView(Body):
    """A request; its link where it was approved."""

    id: UUID
    conversation_id: UUID
    conversation_title: str
    project_id: UUID
    project_name: str
    requested_by: SharePersonView
    note: str
    status: Status
    reason: str
    created_at: str
    decided_at: str | None
    decided_by: SharePersonView | None
    share: ShareView | None


class OneShareRequestView(Body):
    """One request."""

    request: ShareRequestView


class ShareRequestsView(Body):
    """Requests, newest first."""

    requests: list[ShareRequestView]


class ApprovedView(Body):
    """An approved request, and its link's token and address."""

    request: ShareRequestView
    token: str
    url: str


class SharesView(Body):
    """Links, newest first."""

    shares: list[ShareView]


class QuoteView(Body):
    """The evidence behind one `[n]`; a page of the web has a `url`.

    A stale quote, read in the version `documentVersion`, stands in its document no more.
    """

    index: int
    document_name: str
    page_number: int | None
    quote: str
    support: str
    url: str | UnsetType = UNSET
    stale: bool | UnsetType = UNSET
    document_version: int | UnsetType = UNSET


class GuestMessageView(Body):
    """A question or an answer; `is_follow_up` where a guest asked, and not the owner."""

    id: UUID
    role: str
    content: str
    created_at: str
    status: str
    is_follow_up: bool
    citations: list[QuoteView]


class GuestConversationView(Body):
    """A shared conversation."""

    title: str
    messages: list[GuestMessageView]


class GuestShareView(Body):
    """What the link is good for."""

    shared_at: str
    expires_at: str | None
    allow_follow_ups: bool
    max_follow_ups: int
    follow_ups_left: int


class GuestView(Body):
    """All that a link shows."""

    conversation: GuestConversationView
    share: GuestShareView


class PreviewView(Body):
    """What a link would show."""

    conversation: GuestConversationView


def request_view(told: Told, link: ShareView | None) -> ShareRequestView:
    """A request as its owner and admins see it."""
    row = told.request
    return ShareRequestView(
        id=row.id,
        conversation_id=told.conversation.id,
        conversation_title=told.conversation.title,
        project_id=told.project.id,
        project_name=told.project.name,
        requested_by=_person(told.requester),
        note=row.note,
        status=row.status,  # pyright: ignore[reportArgumentType] - the table checks it
        reason=row.reason,
        created_at=timestamp(row.created_at),
        decided_at=_moment(row.decided_at),
        decided_by=told.decider and _person(told.decider),
        share=link,
    )


def share_view(told: Told, linked: Linked, shown: tuple[str, str] | None) -> ShareView:
    """A link; `shown` is its token and its address."""
    link = linked.row
    return ShareView(
        id=link.id,
        request_id=told.request.id,
        conversation_id=told.conversation.id,
        conversation_title=told.conversation.title,
        project_id=told.project.id,
        project_name=told.project.name,
        requested_by=_person(told.requester),
        status=linked.state,
        expires_at=_moment(link.expires_at),
        allow_follow_ups=link.allow_follow_ups,
        max_follow_ups=link.max_follow_ups,
        follow_ups_used=link.follow_ups,
        created_at=timestamp(link.created_at),
        revoked_at=_moment(link.revoked_at),
        token=shown and shown[0],
        url=shown and shown[1],
    )


def guest_view(opened: Opened, messages: Sequence[Quoting]) -> GuestView:
    """A shared conversation, for whoever holds its link."""
    link = opened.link
    return GuestView(
        conversation=guest_conversation(opened.conversation, messages, shared_at=link.created_at),
        share=GuestShareView(
            shared_at=timestamp(link.created_at),
            expires_at=_moment(link.expires_at),
            allow_follow_ups=link.allow_follow_ups,
            max_follow_ups=link.max_follow_ups,
            follow_ups_left=link.max_follow_ups - link.follow_ups,
        ),
    )


def guest_conversation(
    conversation: Conversation, messages: Sequence[Quoting], *, shared_at: datetime | None = None
) -> GuestConversationView:
    """The same, or what it would be."""
    return GuestConversationView(
        title=conversation.title,
        messages=[
            GuestMessageView(
                id=each.id,
                role=each.role,
                content=each.content,
                created_at=timestamp(each.created_at),
                status=each.status,
                is_follow_up=shared_at is not None and each.created_at > shared_at,
                citations=[_quote(one) for one in quoting.quotes],
            )
            for quoting in messages
            for each in (quoting.message,)
        ],
    )


def _quote(quote: Quote) -> QuoteView:
    version = quote.version if quote.is_stale else None
    return QuoteView(
        index=quote.index,
        document_name=quote.document_name,
        page_number=quote.page_number,
        quote=quote.quote,
        support=quote.support,
        url=UNSET if quote.url is None else quote.url,
        stale=True if quote.is_stale else UNSET,
        document_version=UNSET if version is None else version,
    )


def _person(user: User) -> SharePersonView:
    return SharePersonView(id=user.id, name=user.name, email=user.email)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
