"""One-time links, made and taken up (wire contract, sections 1 and 2)."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.access.principal import Principal
from app.accounts.link_use import Links
from app.accounts.links import make_link, person_to_reset
from app.accounts.ways import Ways
from app.api.auth_views import SignedInView
from app.api.credentials import client_of, in_person
from app.api.link_delivery import Delivery
from app.api.link_views import LinkAcceptBody, LinkTokenBody, NewLinkView, OpenedView
from app.api.signed_in import signed_in_answer
from app.db.engine import Database

AnyRequest = Request[Any, Any, State]


class LinksController(Controller):
    """Links, from the side of whoever makes them."""

    path = "/users/{user_id:uuid}/link"
    tags = ("users",)

    @post("/")
    async def create(
        self,
        request: AnyRequest,
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        delivery: NamedDependency[Delivery],
        ways: NamedDependency[Ways],
    ) -> NewLinkView:
        """Make a one-time link for a person; the one before ends."""
        in_person(principal)
        ways.check_local()
        async with database.transaction() as session:
            user = await person_to_reset(session, principal.user, user_id)
            link, token = await make_link(session, principal.actor, user)
        return NewLinkView(link=await delivery.hand_over(request, user, link, token))


class LinkUseController(Controller):
    """Links, from the side of whoever holds one."""

    path = "/auth/links"
    tags = ("auth",)

    @post("/open", status_code=200)
    async def open(
        self,
        request: AnyRequest,
        data: JSONBody[LinkTokenBody],
        links: NamedDependency[Links],
        ways: NamedDependency[Ways],
    ) -> OpenedView:
        """What a link is for, and whose it is; it stays good."""
        ways.check_local()
        link, user = await links.open(data.token, client_of(request))
        return OpenedView(purpose=link.purpose, name=user.name, email=user.email)

    @post("/accept", status_code=200)
    async def accept(
        self,
        request: AnyRequest,
        data: JSONBody[LinkAcceptBody],
        links: NamedDependency[Links],
        ways: NamedDependency[Ways],
    ) -> Response[SignedInView]:
        """Set the password and sign in; the link is spent."""
        ways.check_local()
        signed_in = await links.accept(data.token, data.password, client_of(request))
        return signed_in_answer(request, signed_in)
