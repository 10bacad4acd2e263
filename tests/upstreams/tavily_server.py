"""A Tavily server on loopback that speaks the documented interface.

`POST /search` with a bearer key, as docs.tavily.com describes it. The query names the fault, or
else is looked up in the pages that the server was given.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.upstreams.http_server import Exchange, RawServer
from tests.upstreams.made_up_web import WebPage, ranked

KEY = "tvly-canary-0123456789"
CANARY = f"canary {KEY} <b>http://10.0.0.7/</b>"
HITS: list[dict[str, Any]] = [
    {"url": "https://example.com/rent", "title": "Rent", "content": "Due Monday.", "score": 0.9},
    {"url": "https://example.org/", "title": "Lease", "content": "<b>Bold</b>", "score": 0.5},
]
UNSAFE: list[dict[str, Any]] = [
    {"url": url, "title": "x", "content": "x", "score": 1.0}
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.com/",
        "https://",
        "https://user:pw@example.com/",
        "https://exa mple.com/",
        "http://[bad/",
        "",
        "https://example.com/" + "x" * 3000,
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.7]/",
        "http://10.0.0.7/admin",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.google.internal/",
        "http://localhost:8000/",
        "http://printer.local/",
        "http://wiki.corp/",
        "http://intranet/",
        "http://１２７。０。０。１/",
        "http://127%2e0%2e0%2e1/",
        "https://example.com\\@evil.example/",
    )
]
ODD: list[Any] = [None, 7, "x", {}, {"url": None}, {"url": "https://a.example/", "score": "high"}]
FIELDS = {
    "query", "search_depth", "topic", "max_results", "include_domains", "exclude_domains",
    "include_raw_content",
}  # fmt: skip


class TavilyServer(RawServer):
    """See the module.

    Args:
        pages: What there is on the web.

    Attributes:
        key: The only one that is not refused; None: any.
        broken: Queries that fail; where the server `stalls`, they are never answered.
    """

    def __init__(self, pages: Sequence[WebPage] = (), *, key: str | None = None) -> None:
        super().__init__(self._route)
        self.pages = list(pages)
        self.key = key
        self.broken: set[str] = set()
        self.stalls = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def queries(self) -> list[str]:
        return [seen.body["query"] for seen in self.requests]

    async def _route(self, exchange: Exchange) -> None:
        seen = exchange.seen
        assert (seen.method, seen.path) == ("POST", "/search")
        assert set(seen.body) <= FIELDS, seen.body
        if self.key and seen.headers.get("authorization") != f"Bearer {self.key}":
            await exchange.json(401, {"detail": {"error": CANARY}})
            return
        await self._answer(exchange, seen.body["query"])

    async def _answer(self, exchange: Exchange, query: str) -> None:
        if (status := self._status(query, exchange.turn)) is not None:
            body = {"detail": {"error": CANARY}}
            await exchange.json(status, body, location="http://127.0.0.1:1/")
        elif query == "stall" or query in self.broken:
            await exchange.closed.wait()
        elif query == "reset":
            exchange.reset()
        elif query == "html":
            await exchange.head(200, kind="text/html")
            await exchange.send(b"<html>canary")
        elif query == "list":
            await exchange.send(
                b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + json.dumps([]).encode()
            )
        elif query == "endless":
            await exchange.head(200)
            while not exchange.closed.is_set():
                await exchange.send(b" " * (1 << 20))
        else:
            await exchange.json(200, self._found(exchange.seen.body, query))

    def _status(self, query: str, turn: int) -> int | None:
        """`429`: always this status; `429-then-fine`: the first time."""
        if query in self.broken:
            return None if self.stalls else 500
        first, _, rest = query.partition("-then-")
        is_refused = len(first) == 3 and first.isdecimal() and not (rest and turn > 1)
        return int(first) if is_refused else None

    def _found(self, body: dict[str, Any], query: str) -> dict[str, Any]:
        hits = {"unsafe": UNSAFE + HITS, "odd": ODD + HITS, "none": []}.get(query)
        if hits is None:
            hits = ranked(self.pages, body) if self.pages else HITS
        return {
            "query": query,
            "answer": None,
            "images": [],
            "results": hits,
            "response_time": 0.01,
            "request_id": "6b9d0d0e-0000-4000-8000-000000000000",
        }


@asynccontextmanager
async def running_tavily_server(
    pages: Sequence[WebPage] = (), *, key: str | None = None
) -> AsyncGenerator[TavilyServer]:
    async with TavilyServer(pages, key=key) as server:
        yield server


@pytest.fixture
async def tavily_upstream() -> AsyncGenerator[TavilyServer]:
    """A server of the test's own."""
    async with running_tavily_server() as server:
        yield server
