"""A Tavily server on loopback; the query names the fault."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.upstreams.http_server import Exchange, RawServer

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
    )
]
ODD: list[Any] = [None, 7, "x", {}, {"url": None}, {"url": "https://a.example/", "score": "high"}]


class TavilyServer(RawServer):
    """See the module."""

    def __init__(self) -> None:
        super().__init__(self._route)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _route(self, exchange: Exchange) -> None:
        query: str = exchange.seen.body["query"]
        if query.isdecimal():
            body = {"detail": {"error": "canary sk-0123456789"}}
            await exchange.json(int(query), body, location="http://127.0.0.1:1/")
        elif query == "stall":
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
        else:
            hits = {"unsafe": UNSAFE + HITS, "odd": ODD + HITS, "none": []}.get(query, HITS)
            await exchange.json(200, {"query": query, "results": hits})


@pytest.fixture
async def tavily_upstream() -> AsyncGenerator[TavilyServer]:
    """A server of the test's own."""
    async with TavilyServer() as server:
        yield server
