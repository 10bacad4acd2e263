"""The first start (wire contract, section 1)."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.accounts.accounts import Accounts, NewPerson
from app.api.auth_views import InitBody, PersonBody, SignedInView, StatusView
from app.api.credentials import client_of
from app.api.person_checks import checked_email, checked_name, checked_password
from app.api.setup_guard import SetupGuard
from app.api.signed_in import signed_in_answer

AnyRequest = Request[Any, Any, State]


class BootstrapController(Controller):
    """The first start."""

    path = "/bootstrap"
    tags = ("bootstrap",)

    @get("/status")
    async def status(self, accounts: NamedDependency[Accounts]) -> StatusView:
        """Whether somebody has set the server up."""
        return StatusView(is_initialized=await accounts.is_initialized())

    @post("/init")
    async def init(
        self,
        request: AnyRequest,
        data: JSONBody[InitBody],
        accounts: NamedDependency[Accounts],
        setup: NamedDependency[SetupGuard],
    ) -> Response[SignedInView]:
        """Make the superadmin, once, and sign them in."""
        setup.check(request, data.setup_token or request.headers.get("x-setup-token"))
        superadmin = _person(data.superadmin, "superadmin")
        ceo = _person(data.ceo, "ceo") if data.ceo else None
        signed_in = await accounts.initialize(superadmin, ceo, client_of(request))
        return signed_in_answer(request, signed_in, status_code=201)


def _person(person: PersonBody, field: str) -> NewPerson:
    return NewPerson(
        name=checked_name(person.name, field, "name"),
        email=checked_email(person.email, field, "email"),
        password=checked_password(
            person.password, field, "password", known=(person.name, person.email)
        ),
    )
