"""Single sign-on: to the issuer and back (wire contract, section 1)."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from litestar import Controller, Request, Response, get
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.accounts.oidc import Callback, SingleSignOn
from app.accounts.oidc_attempts import LIFETIME, Attempt
from app.accounts.oidc_problems import SignOnProblem
from app.accounts.ways import Ways
from app.api.bodies import Body
from app.api.cookies import refresh_cookie
from app.api.credentials import client_of
from app.errors import NotFound

AnyRequest = Request[Any, Any, State]
PATH = "/auth/oidc"
HOME = "/app"
_PAGE = re.compile(r"/app(?:/[\w.~!$&'()*+,;=:@%/-]*)?(?:\?[\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII)


class SignOnView(Body):
    """A button: what it says and where it leads."""

    name: str
    start_url: str


class WaysView(Body):
    """The ways of signing in that this server offers."""

    password: bool
    oidc: SignOnView | None


@dataclass(frozen=True, slots=True)
class SignOnDesk:
    """Single sign-on as the browser meets it.

    Attributes:
        sign_on: None where there is no issuer.
        secret: Signs the cookie that holds an attempt.
        public_url: Where people reach the server; None for where the request reached it.
    """

    sign_on: SingleSignOn | None
    secret: str
    public_url: str | None

    def open(self) -> SingleSignOn:
        """Single sign-on.

        Raises:
            NotFound: There is no issuer.
        """
        if self.sign_on is None:
            raise NotFound("Single sign-on is not set up here.")
        return self.sign_on

    def callback_url(self, request: AnyRequest) -> str:
        """Where the issuer sends the browser back to; it has to be registered there."""
        return f"{(self.public_url or str(request.base_url)).rstrip('/')}{PATH}/callback"


class WaysController(Controller):
    """What the sign-in screen offers."""

    path = "/auth/ways"
    tags = ("auth",)

    @get("/")
    async def index(self, ways: NamedDependency[Ways]) -> WaysView:
        """The ways of signing in."""
        button = SignOnView(name=ways.sign_on, start_url=f"{PATH}/start") if ways.sign_on else None
        return WaysView(password=ways.local, oidc=button)


class SignOnController(Controller):
    """To the issuer and back."""

    path = PATH
    tags = ("auth",)

    @get("/start", status_code=302)
    async def start(
        self,
        request: AnyRequest,
        sign_on: NamedDependency[SignOnDesk],
        page: Annotated[str, QueryParameter(name="next", max_length=2000)] = HOME,
    ) -> Response[None]:
        """Send the browser to the issuer; `next` is the page of ours that it comes back to."""
        attempt = Attempt.begin(own_page(page))
        try:
            url = await sign_on.open().start(attempt, sign_on.callback_url(request))
        except SignOnProblem as problem:
            return _away(f"{HOME}/sign-in?problem={problem.problem}")
        return _away(url, _attempt_cookie(request, attempt.sealed(sign_on.secret)))

    @get("/callback", status_code=302)
    async def callback(
        self,
        request: AnyRequest,
        sign_on: NamedDependency[SignOnDesk],
        state_given: Annotated[str, QueryParameter(name="state")] = "",
        code: FromQuery[str] = "",
        error: FromQuery[str] = "",
        iss: FromQuery[str] = "",
    ) -> Response[None]:
        """Sign in whoever the issuer sent back, and show them their page."""
        desk, spent = sign_on.open(), _attempt_cookie(request, "")
        sealed = request.cookies.get(spent.key, "")
        attempt = Attempt.unsealed(sealed, sign_on.secret)
        callback = Callback(sign_on.callback_url(request), state_given, code, error, iss)
        try:
            signed_in = await desk.finish(attempt, callback, client_of(request))
        except SignOnProblem as problem:
            return _away(f"{HOME}/sign-in?problem={problem.problem}", spent)
        page = attempt.page if attempt else HOME
        return _away(page, spent, refresh_cookie(request, signed_in.refresh_token))


def own_page(page: str) -> str:
    """The page, if it is one of our screens; else the first one."""
    fits = _PAGE.fullmatch(page) and ".." not in unquote(page)
    return page if fits else HOME


def _away(url: str, *cookies: Cookie) -> Response[None]:
    headers = {"Location": url, "Cache-Control": "no-store"}
    return Response(None, status_code=302, headers=headers, cookies=cookies)


def _attempt_cookie(request: AnyRequest, value: str) -> Cookie:
    """The cookie to set, or, without a value, to drop.

    SameSite=Lax and not Strict: the issuer's site sends the browser back with it.
    """
    secure = request.url.scheme == "https"
    return Cookie(
        key="__Host-lumen_sign_on" if secure else "lumen_sign_on",
        value=value,
        path="/" if secure else PATH,
        max_age=int(LIFETIME.total_seconds()) if value else 0,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
