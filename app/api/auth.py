"""Sign-in and signed-in sessions (wire contract, section 1)."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.access.principal import Principal
from app.accounts import directory
from app.accounts.accounts import Accounts
from app.accounts.directory import Person
from app.accounts.errors import Unauthenticated
from app.accounts.ways import Ways
from app.api.auth_views import LoginBody, MeView, RefreshBody, SignedInView, user_view
from app.api.cookies import forget, kept_token
from app.api.credentials import bearer, client_of
from app.api.signed_in import signed_in_answer
from app.db.engine import Database

AnyRequest = Request[Any, Any, State]


class AuthController(Controller):
    """Sessions."""

    path = "/auth"
    tags = ("auth",)

    @post("/login", status_code=200)
    async def login(
        self,
        request: AnyRequest,
        data: JSONBody[LoginBody],
        accounts: NamedDependency[Accounts],
        ways: NamedDependency[Ways],
    ) -> Response[SignedInView]:
        """Exchange a password for a session."""
        ways.check_local()
        signed_in = await accounts.sign_in(data.email, data.password, client_of(request))
        return signed_in_answer(request, signed_in)

    @post("/refresh", status_code=200)
    async def refresh(
        self,
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        data: JSONBody[RefreshBody | None] = None,
    ) -> Response[SignedInView]:
        """Exchange a refresh token for a new pair."""
        token = _refresh_token(request, data)
        if token is None:
            raise Unauthenticated("Sign in to go on.")
        return signed_in_answer(request, await accounts.refresh(token, client_of(request)))

    @post("/logout", status_code=204)
    async def logout(
        self,
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        data: JSONBody[RefreshBody | None] = None,
    ) -> Response[None]:
        """End the session, by its refresh token or its access token."""
        token = _refresh_token(request, data)
        if token is not None:
            await accounts.sign_out_by_refresh(token)
        else:
            found = await accounts.authenticate(bearer(request))
            if found.session_id is not None:
                await accounts.sign_out(found.session_id)
        response: Response[None] = Response(None, status_code=204)
        forget(request, response)
        return response

    @get("/me")
    async def me(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> MeView:
        """The signed-in person, read from the database."""
        async with database.session() as session:
            department = await directory.department_of(session, principal.user)
        return MeView(user=user_view(Person(principal.user, department)))


def _refresh_token(request: AnyRequest, data: RefreshBody | None) -> str | None:
    return data.refresh_token if data and data.refresh_token else kept_token(request)
