"""The answer of every way of signing in."""

from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from msgspec import UNSET

from app.accounts.directory import Person
from app.accounts.sessions import SignedIn
from app.api.auth_views import SignedInView, user_view
from app.api.cookies import from_browser, refresh_cookie

AnyRequest = Request[Any, Any, State]


def signed_in_answer(
    request: AnyRequest, signed_in: SignedIn, *, status_code: int = 200
) -> Response[SignedInView]:
    """The person and a pair of tokens; our own pages get the refresh token as a cookie alone."""
    browser = from_browser(request)
    view = SignedInView(
        user=user_view(Person(signed_in.user, signed_in.department)),
        access_token=signed_in.access_token,
        refresh_token=UNSET if browser else signed_in.refresh_token,
    )
    return Response(
        view,
        status_code=status_code,
        cookies=[refresh_cookie(request, signed_in.refresh_token)] if browser else [],
        headers={"Cache-Control": "no-store"},
    )
