"""Who asks: one way in for every kind of credential."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from app.access.principal import Principal
from app.accounts.accounts import Accounts
from app.accounts.errors import Forbidden, Unauthenticated
from app.accounts.sessions import Client
from app.api.staff_visits import note_visits
from app.db.engine import Database

AnyRequest = Request[Any, Any, State]


def client_of(request: AnyRequest) -> Client:
    """Where the request comes from; forwarding headers count from trusted proxies alone."""
    address = request.client.host if request.client else "unknown"
    return Client(address, request.headers.get("user-agent", ""))


def bearer(request: AnyRequest) -> str:
    """The request's one bearer credential: in the header, and nowhere else.

    Raises:
        Unauthenticated: There is none, or more than one.
    """
    given = request.headers.getall("authorization", [])
    scheme, _, credential = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not credential.strip():
        raise Unauthenticated("Sign in to go on.")
    return credential.strip()


async def principal(
    request: AnyRequest,
    accounts: NamedDependency[Accounts],
    database: NamedDependency[Database],
) -> AsyncGenerator[Principal]:
    """Who asks, read from the database on this very request.

    Behind the handler and before its answer is sent, the audit log hears of projects that platform
    staff reached by their role alone.

    Raises:
        Unauthenticated: There is no bearer credential, or it means nothing.
    """
    found = await accounts.authenticate(bearer(request))
    asking = Principal(
        found.user, found.session_id, token_id=found.token_id, address=client_of(request).address
    )
    yield asking
    if asking.by_role_alone:
        await note_visits(database, asking)


def in_person(principal: Principal) -> UUID:
    """The signed-in session: for what a personal token may not do.

    Raises:
        Forbidden: It is a personal token.
    """
    if principal.session_id is None:
        raise Forbidden("A personal token can't do this. Sign in in person.")
    return principal.session_id
