"""Around every request: its id, its log line, its metrics, its security headers, its origin.

A plain ASGI wrapper and not a middleware of the framework's, since those don't see requests that
match no route.
"""

import logging
import re
from collections.abc import Iterable
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import msgspec
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from app.telemetry import REQUEST_SECONDS, REQUESTS, request_id

_log = logging.getLogger("lumen.request")
_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""For every answer that does not set its own."""


class RequestContext:
    """Wraps an application, its errors and its unknown paths included.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _header(scope, b"x-request-id")
        token = request_id.set(given if _ID.match(given) else str(uuid7()))
        began = perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _hardened(message["headers"])
            await send(message)

        try:
            if _from_another_site(scope):
                await _refuse(observed)
            else:
                await self._app(scope, receive, observed)
        finally:
            _record(scope, status, perf_counter() - began)
            request_id.reset(token)


def _from_another_site(scope: HTTPScope) -> bool:
    """Whether a browser sends this, unsafe and without a credential in a header, for another site.

    A bearer header can't be sent across sites without a preflight, which is never granted; a
    cookie, a sign-in and a set-up could be.
    """
    if scope["method"] in _SAFE_METHODS or _header(scope, b"authorization"):
        return False
    origin = _header(scope, b"origin")
    return bool(origin) and urlsplit(origin).netloc != _header(scope, b"host")


def _header(scope: HTTPScope, name: bytes) -> str:
    found = (value for key, value in scope["headers"] if key == name)
    return next(found, b"").decode("latin-1")


def _hardened(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    present = {name.lower() for name, _ in given}
    added = [(name, value) for name, value in _HEADERS.items() if name not in present]
    return [*given, *added, (b"x-request-id", request_id.get().encode("latin-1"))]


async def _refuse(send: Send) -> None:
    body = msgspec.json.encode(
        {
            "error": "forbidden",
            "message": "This request comes from another site.",
            "requestId": request_id.get(),
        }
    )
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


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
        scope["path"],
        status,
        extra={"route": route, "status": status, "ms": round(seconds * 1000, 1)},
    )


def _route(scope: HTTPScope) -> str:
    extended = cast("dict[str, object]", scope)  # The framework writes more than ASGI names.
    return str(extended.get("path_template") or "unmatched")
