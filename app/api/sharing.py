"""Sharing, for those who have an account (wire contract, section 9)."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from app.access.guards import ADMINS, require_role
from app.access.principal import Principal
from app.api.chat_views import DoneView
from app.api.questions import clean
from app.api.share_addresses import ShareAddresses
from app.api.sharing_views import (
    ApproveBody,
    ApprovedView,
    OneShareRequestView,
    PreviewView,
    RejectBody,
    ShareRequestBody,
    ShareRequestsView,
    ShareRequestView,
    SharesView,
    ShareView,
    guest_conversation,
    request_view,
    share_view,
)
from app.db.engine import Database
from app.errors import InvalidRequest
from app.sharing import links, requests
from app.sharing.requests import Linked, Status, Terms, Told
from ingest.corpus.tables import now

AnyRequest = Request[Any, Any, State]
OfConversation = Annotated[UUID | None, QueryParameter(name="conversationId")]
_ADMINS_ONLY = "Only admins decide what is shown to people without an account."


class ShareAskingController(Controller):
    """The wish to share a conversation."""

    path = "/chat/conversations/{conversation_id:uuid}/share-requests"
    tags = ("sharing",)

    @post("/")
    async def create(
        self,
        request: AnyRequest,
        conversation_id: FromPath[UUID],
        data: JSONBody[ShareRequestBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        addresses: NamedDependency[ShareAddresses],
    ) -> OneShareRequestView:
        """Ask for a link to a conversation of one's own; an admin decides."""
        async with database.transaction() as session:
            row = await requests.ask(session, principal, conversation_id, clean(data.note).strip())
            told = await requests.one(session, principal.user, row.id)
        return OneShareRequestView(request=_request(request, told, addresses))


class ShareRequestsController(Controller):
    """Share requests."""

    path = "/share-requests"
    tags = ("sharing",)

    @get("/")
    async def index(
        self,
        request: AnyRequest,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        addresses: NamedDependency[ShareAddresses],
        status: FromQuery[Status | None] = None,
        conversation_id: OfConversation = None,
    ) -> ShareRequestsView:
        """Requests, newest first: all of them for admins, else the caller's own."""
        async with database.session() as session:
            found = await requests.listed(
                session, principal.user, status=status, conversation_id=conversation_id
            )
        return ShareRequestsView(requests=[_request(request, each, addresses) for each in found])

    @get("/{request_id:uuid}/preview")
    async def preview(
        self,
        request_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> PreviewView:
        """What approval would show to everybody; the audit log hears of the look."""
        require_role(principal, ADMINS, _ADMINS_ONLY)
        async with database.transaction() as session:
            conversation, messages = await requests.preview(session, principal, request_id)
        return PreviewView(conversation=guest_conversation(conversation, messages))

    @post("/{request_id:uuid}/approve", status_code=200)
    async def approve(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        data: JSONBody[ApproveBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        addresses: NamedDependency[ShareAddresses],
    ) -> ApprovedView:
        """Make the link: the conversation as it stands now."""
        require_role(principal, ADMINS, _ADMINS_ONLY)
        if data.expires_at is not None and data.expires_at <= now():
            raise InvalidRequest("The link would have run out already.", "expiresAt")
        terms = Terms(data.expires_at, data.follow_ups)
        async with database.transaction() as session:
            link = await requests.approve(session, principal, request_id, terms, addresses.tokens)
            told = await requests.one(session, principal.user, request_id)
        token = addresses.tokens.draw(link.id)
        return ApprovedView(
            request=_request(request, told, addresses),
            token=token,
            url=addresses.url(request, token),
        )

    @post("/{request_id:uuid}/reject", status_code=200)
    async def reject(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        data: JSONBody[RejectBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        addresses: NamedDependency[ShareAddresses],
    ) -> OneShareRequestView:
        """Say no, and why."""
        require_role(principal, ADMINS, _ADMINS_ONLY)
        async with database.transaction() as session:
            await requests.reject(session, principal, request_id, clean(data.reason).strip())
            told = await requests.one(session, principal.user, request_id)
        return OneShareRequestView(request=_request(request, told, addresses))


class SharesController(Controller):
    """Share links."""

    path = "/shares"
    tags = ("sharing",)

    @get("/")
    async def index(
        self,
        request: AnyRequest,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        addresses: NamedDependency[ShareAddresses],
    ) -> SharesView:
        """Links, newest first: all of them for admins, else those to the caller's conversations."""
        async with database.session() as session:
            found = await requests.listed(session, principal.user, status="approved")
        return SharesView(
            shares=[_share(request, each, each.link, addresses) for each in found if each.link]
        )

    @delete("/{share_id:uuid}", status_code=200)
    async def remove(
        self,
        share_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> DoneView:
        """Take a link back, at once."""
        async with database.transaction() as session:
            await links.revoke(session, principal, share_id)
        return DoneView(id=share_id)


def _request(request: AnyRequest, told: Told, addresses: ShareAddresses) -> ShareRequestView:
    return request_view(told, told.link and _share(request, told, told.link, addresses))


def _share(request: AnyRequest, told: Told, linked: Linked, addresses: ShareAddresses) -> ShareView:
    token = addresses.tokens.of(linked.row) if linked.state == "open" else None
    shown = None if token is None else (token, addresses.url(request, token))
    return share_view(told, linked, shown)
