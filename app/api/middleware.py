"""Around every request: its id, its log line, its metrics, its security headers, its door.

A plain ASGI wrapper and not a middleware of the framework's, since those don't see requests that
match no route.
"""

import logging
import re
from collections.abc import Iterable
from time import perf_counter
from typing import cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from app.api.cors import Header
from app.api.customers.gate import CustomerGate, Visit
from app.api.door import Door, header
from app.api.heads import answer_head
from app.api.refusals import refuse
from app.telemetry import REQUEST_SECONDS, REQUESTS, blackened, request_id

_log = logging.getLogger("lumen.request")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    # Answers are about people and their documents: what may be kept says so itself.
    b"cache-control": b"no-store",
    # Nothing here belongs into a search engine, least of all what a link alone opens.
    b"x-robots-tag": b"noindex",
}
"""For every answer that does not set its own."""


class RequestContext:
    """Wraps an application, its errors and its unknown paths included.

    Args:
        app: What answers.
        door: Who is let in.
        gate: Which other sites' pages may use integrations.
    """

    def __init__(self, app: ASGIApp, door: Door, gate: CustomerGate) -> None:
        self._app = app
        self._door = door
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = header(scope, b"x-request-id")
        token = request_id.set(given if _ID.fullmatch(given) else str(uuid7()))
        began = perf_counter()
        status = 0
        # Read before the scope changes: what is told to the browser depends on what it sent.
        added = self._door.headers(scope)
        visit = self._gate.enter(scope)

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                granted = visit.headers() if visit else []
                message["headers"] = _hardened(message["headers"], [*added, *granted])
            await send(message)

        try:
            await self._answer(scope, receive, observed, visit)
        finally:
            _record(scope, status, perf_counter() - began)
            request_id.reset(token)

    async def _answer(
        self, scope: HTTPScope, receive: Receive, send: Send, visit: Visit | None
    ) -> None:
        refusal = self._door.refusal(scope)
        if refusal is not None:
            await refuse(send, scope["path"], refusal.code, refusal.message)
        elif visit is not None and self._gate.is_preflight(scope, visit):
            await self._gate.answer_preflight(scope, visit, send)
        elif self._door.is_preflight(scope):
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            self._door.let_in(scope)
            answer = answer_head if scope["method"] == "HEAD" else _pass_on
            await answer(self._app, scope, receive, send)


async def _pass_on(app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _hardened(answered: Iterable[Header], added: list[Header]) -> list[Header]:
    given = list(answered)
    said = {name.lower() for name, _ in given} - {b"vary"}
    # Two values of one header would be none to a browser: what an answer says itself stands.
    headers = [*given, *(each for each in added if each[0] not in said)]
    present = {name.lower() for name, _ in headers}
    missing = [(name, value) for name, value in _HEADERS.items() if name not in present]
    return [*headers, *missing, (b"x-request-id", request_id.get().encode("latin-1"))]


def _record(scope: HTTPScope, status: int, seconds: float) -> None:
    # The route's pattern and not the path: ids would make a series each.
    route = _route(scope)
    REQUESTS.labels(scope["method"], route, str(status)).inc()
    REQUEST_SECONDS.labels(scope["method"], route).observe(seconds)
    if route.startswith(("/health", "/metrics")):
        return
    _log.info(
        "%s %s %d",
        scope["method"],
        # A share link's token is a part of its path.
        blackened(scope["path"]),
        status,
        extra={"route": route, "status": status, "ms": round(seconds * 1000, 1)},
    )


def _route(scope: HTTPScope) -> str:
    extended = cast("dict[str, object]", scope)  # The framework writes more than ASGI names.
    return str(extended.get("path_template") or "unmatched")
