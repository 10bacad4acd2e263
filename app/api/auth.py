"""Bootstrap, sign-in, sessions and personal tokens (wire contract, section 1)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from ipaddress import ip_address
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from app.access.principal import Principal
from app.accounts.accounts import Accounts, NewPerson, SignedIn
from app.accounts.errors import Forbidden, SetupTokenRequired, Unauthenticated
from app.accounts.passwords import weakness
from app.accounts.tokens import REFRESH_LIFETIME
from app.api.auth_views import (
    InitBody,
    LoginBody,
    MeView,
    NewTokenView,
    PersonBody,
    RefreshBody,
    SignedInView,
    StatusView,
    TokenBody,
    TokensView,
    token_view,
    user_view,
)
from app.errors import InvalidRequest
from ingest.corpus.tables import now

AnyRequest = Request[None, None, State]
COOKIE = "lumen_refresh"
CLIENT_HEADER = "x-lumen-client"
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^[^@\s]+@localhost$")
_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class SetupGuard:
    """Who may set the server up.

    Attributes:
        token: The one-time token printed at start.
        bound_to_loopback: Whether the server listens on loopback alone.
    """

    token: str
    bound_to_loopback: bool

    def check(self, request: AnyRequest, given: str | None) -> None:
        """Let a holder of the token pass, and somebody who sits at this very machine.

        Raises:
            SetupTokenRequired: Neither.
        """
        if given is not None and compare_digest(given.encode(), self.token.encode()):
            return
        host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower()
        local = is_loopback(host)
        forwarded = any(name in request.headers for name in _FORWARDING)
        if given is None and self.bound_to_loopback and local and not forwarded:
            return
        raise SetupTokenRequired(
            "Open the set-up link that the server printed when it started; it holds the token."
        )


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
        superadmin = _checked(data.superadmin, "superadmin")
        ceo = _checked(data.ceo, "ceo") if data.ceo else None
        return _answer(request, await accounts.initialize(superadmin, ceo), status_code=201)


class AuthController(Controller):
    """Sessions."""

    path = "/auth"
    tags = ("auth",)

    @post("/login", status_code=200)
    async def login(
        self, request: AnyRequest, data: JSONBody[LoginBody], accounts: NamedDependency[Accounts]
    ) -> Response[SignedInView]:
        """Exchange a password for a session."""
        address = request.client.host if request.client else "unknown"
        return _answer(request, await accounts.sign_in(data.email, data.password, address))

    @post("/refresh", status_code=200)
    async def refresh(
        self,
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        data: JSONBody[RefreshBody | None] = None,
    ) -> Response[SignedInView]:
        """Exchange a refresh token for a new pair."""
        return _answer(request, await accounts.refresh(_refresh_token(request, data)))

    @post("/logout", status_code=204)
    async def logout(
        self,
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        data: JSONBody[RefreshBody | None] = None,
    ) -> Response[None]:
        """End the session, by its refresh token or its access token."""
        bearer = request.headers.get("authorization", "")
        try:
            await accounts.sign_out_by_refresh(_refresh_token(request, data))
        except Unauthenticated:
            _, family = await accounts.authenticate(bearer.removeprefix("Bearer ").strip())
            if family is not None:
                await accounts.sign_out(family)
        response: Response[None] = Response(None, status_code=204)
        response.delete_cookie(COOKIE, path="/auth")
        return response

    @get("/me")
    async def me(self, principal: NamedDependency[Principal]) -> MeView:
        """The signed-in person, read from the database."""
        return MeView(user=user_view(principal.user))


class TokensController(Controller):
    """Personal access tokens."""

    path = "/tokens"
    tags = ("tokens",)

    @post("/")
    async def create(
        self,
        data: JSONBody[TokenBody],
        principal: NamedDependency[Principal],
        accounts: NamedDependency[Accounts],
    ) -> NewTokenView:
        """Make a token; a token cannot make another."""
        if principal.family_id is None:
            raise Forbidden("Sign in with your password to make a token.")
        expires = now() + timedelta(days=data.expires_in_days)
        token, secret = await accounts.create_personal_token(principal.user, data.name, expires)
        return NewTokenView(token=token_view(token), secret=secret)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], accounts: NamedDependency[Accounts]
    ) -> TokensView:
        """The person's own tokens."""
        tokens = await accounts.personal_tokens(principal.user)
        return TokensView(tokens=[token_view(token) for token in tokens])

    @delete("/{token_id:uuid}")
    async def remove(
        self,
        token_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        accounts: NamedDependency[Accounts],
    ) -> None:
        """Revoke a token."""
        await accounts.delete_personal_token(principal.user, token_id)


def _checked(person: PersonBody, field: str) -> NewPerson:
    if not _EMAIL.match(person.email):
        raise InvalidRequest("This is not an e-mail address.", field, "email")
    if not person.name.strip():
        raise InvalidRequest("Enter a name.", field, "name")
    if complaint := weakness(person.password):
        raise InvalidRequest(complaint, field, "password")
    return NewPerson(person.name.strip(), person.email.strip(), person.password)


def _refresh_token(request: AnyRequest, data: RefreshBody | None) -> str:
    if data is not None and data.refresh_token:
        return data.refresh_token
    cookie = request.cookies.get(COOKIE)
    # The header can't be sent across sites without a preflight, which is never granted.
    if cookie and CLIENT_HEADER in request.headers:
        return cookie
    raise Unauthenticated("Sign in to go on.")


def _answer(
    request: AnyRequest, signed_in: SignedIn, *, status_code: int = 200
) -> Response[SignedInView]:
    browser = CLIENT_HEADER in request.headers
    view = SignedInView(
        user=user_view(signed_in.user),
        access_token=signed_in.access_token,
        refresh_token=UNSET if browser else signed_in.refresh_token,
    )
    cookie = Cookie(
        key=COOKIE,
        value=signed_in.refresh_token,
        path="/auth",
        max_age=int(REFRESH_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Response(
        view,
        status_code=status_code,
        cookies=[cookie] if browser else [],
        headers={"Cache-Control": "no-store"},
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
