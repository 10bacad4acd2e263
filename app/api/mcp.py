"""The Model Context Protocol at `/mcp`: streamable HTTP, every request on its own."""

from collections.abc import Sequence

import msgspec
from litestar import Request, asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from app.access.principal import Principal
from app.accounts.accounts import Accounts
from app.accounts.errors import AccountsError, TokenExpired, Unauthenticated
from app.api.credentials import AnyRequest, bearer, client_of
from app.api.leaving import while_listening
from app.chat.chat import Chat
from app.db.engine import Database
from app.errors import STATUS
from app.telemetry import request_id
from retrieval.search import Search

PATH = "/mcp"
Header = tuple[bytes, bytes]


def mcp_route(
    accounts: Accounts, database: Database, search: Search, chat: Chat, *, version: str, most: int
) -> ASGIRouteHandler:
    """The route.

    Args:
        accounts: Knows who holds a token.
        database: Where projects are.
        search: Finds passages.
        chat: Answers.
        version: Of the server.
        most: Bytes of a request.
    """

    @asgi(PATH, copy_scope=True)
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        # The protocol's package is half a second of imports: only for those who speak it.
        from mcp.server.streamable_http_manager import (  # noqa: PLC0415
            StreamableHTTPSessionManager,
        )

        from app.api.mcp_tools import Parts, mcp_server  # noqa: PLC0415

        request: AnyRequest = Request(scope, receive, send)
        if request.method != "POST":
            # Nothing is sent but answers, so there is no stream to open and no session to end.
            await _refuse(send, "method_not_allowed", "POST is taken here.", [(b"allow", b"POST")])
            return
        try:
            found = await accounts.authenticate(bearer(request))
        except (Unauthenticated, TokenExpired) as error:
            await _refuse(send, error.code, error.message, [_challenge(error)])
            return
        principal = Principal(
            found.user,
            found.session_id,
            token_id=found.token_id,
            address=client_of(request).address,
        )
        server = mcp_server(Parts(database, search, chat), principal, version)
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=most
        )
        async with manager.run():
            # The protocol's package reads the body and listens no more: an answer that nobody waits
            # for would be written to its end.
            await while_listening(manager.handle_request, scope, receive, send)  # pyright: ignore[reportArgumentType]

    return serve


def _challenge(error: AccountsError) -> Header:
    expired = b', error="invalid_token"' if isinstance(error, TokenExpired) else b""
    return (b"www-authenticate", b'Bearer realm="lumen"' + expired)


async def _refuse(send: Send, code: str, message: str, headers: Sequence[Header]) -> None:
    body = msgspec.json.encode({"error": code, "message": message, "requestId": request_id.get()})
    sent = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send(
        {"type": "http.response.start", "status": STATUS[code], "headers": [*sent, *headers]}
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
