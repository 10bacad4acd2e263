"""The browser's refresh token: a cookie that no script reads and no other site sends."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie, State

from app.accounts.tokens import REFRESH_LIFETIME

AnyRequest = Request[Any, Any, State]
CLIENT_HEADER = "x-lumen-client"


def from_browser(request: AnyRequest) -> bool:
    """Whether our own pages send it.

    The header can't be sent across sites without a preflight, which other sites are not granted.
    """
    return CLIENT_HEADER in request.headers


def refresh_cookie(request: AnyRequest, token: str) -> Cookie:
    """The cookie to set. `__Host-` binds it to this host alone, and needs https and the whole site.

    Without https (a server on loopback) browsers would drop it: there it keeps to `/auth`.
    """
    secure = _secure(request)
    return Cookie(
        key=_name(request),
        value=token,
        path="/" if secure else "/auth",
        max_age=int(REFRESH_LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def kept_token(request: AnyRequest) -> str | None:
    """The refresh token that a browser sends along, if our own pages ask for it."""
    return request.cookies.get(_name(request)) if from_browser(request) else None


def brings_session(request: AnyRequest) -> bool:
    """Whether a browser sends a session's cookie along, whoever's page asks for it."""
    return _name(request) in request.cookies


def forget(request: AnyRequest, response: Response[None]) -> None:
    """Have the browser drop the cookie."""
    gone = refresh_cookie(request, "")
    gone.max_age = 0
    response.set_cookie(gone)


def _secure(request: AnyRequest) -> bool:
    return request.url.scheme == "https"


def _name(request: AnyRequest) -> str:
    return "__Host-lumen_refresh" if _secure(request) else "lumen_refresh"
