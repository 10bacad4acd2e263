"""What Tavily's account says of a key, as its reference documents it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from providers.errors import SearchFailed
from providers.tavily_usage import KeyUsage, key_usage
from tests.upstreams.http_server import Exchange, RawServer

KEY = "tvly-canary-0123456789"


@asynccontextmanager
async def account(status: int, body: Any) -> AsyncGenerator[RawServer]:
    async def answer(exchange: Exchange) -> None:
        if isinstance(body, bytes):
            await exchange.head(status, kind="text/html")
            await exchange.send(body)
        else:
            await exchange.json(status, body, location="http://127.0.0.1:1/")

    async with RawServer(answer) as server:
        yield server


def said(key: dict[str, Any], **plan: Any) -> dict[str, Any]:
    return {"key": key, "account": {"current_plan": "Bootstrap", **plan}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (said({"usage": 150, "limit": 1000}, plan_usage=500, plan_limit=15000), (150, 1000)),
        (said({"usage": 1, "limit": 1000}, plan_usage=500, plan_limit=600), (500, 600)),
        (said({"usage": 1, "limit": None}, plan_usage=5, plan_limit=6), (5, 6)),
        (said({"usage": 7, "limit": 2147483647}, plan_usage=5, plan_limit=None), (7, None)),
        (
            said({"usage": 0}, plan_usage=10, plan_limit=10, paygo_usage=2, paygo_limit=90),
            (12, 100),
        ),
    ],
)
async def test_the_limit_that_is_nearer_its_end_counts(
    body: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    async with account(200, body) as server:
        found = await key_usage(KEY, base_url=f"http://127.0.0.1:{server.port}/")
    assert found == KeyUsage(*expected)
    (seen,) = server.requests
    assert (seen.method, seen.path) == ("GET", "/usage")
    assert seen.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [404, 405, 429])
async def test_a_server_that_does_not_say_is_no_failure(status: int) -> None:
    async with account(status, {"detail": "canary"}) as server:
        assert await key_usage(KEY, base_url=f"http://127.0.0.1:{server.port}") is None


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (401, {"detail": {"error": f"canary {KEY}"}}, "401 the web search refused the key"),
        (403, {}, "403 the web search refused the key"),
        (500, {}, "500 the web search failed"),
        (302, {}, "302 the web search failed"),
        (200, b"<html>canary", "the web search sent something that is no account"),
        (200, [], "the web search sent something that is no account"),
        (200, {"key": 7, "account": {}}, "the web search sent something that is no account"),
    ],
)
async def test_a_refusal_is_told_in_our_own_words(status: int, body: Any, detail: str) -> None:
    async with account(status, body) as server:
        with pytest.raises(SearchFailed) as caught:
            await key_usage(KEY, base_url=f"http://127.0.0.1:{server.port}")
    assert caught.value.detail == detail


async def test_a_search_that_is_not_there_is_told() -> None:
    with pytest.raises(SearchFailed, match="cannot be reached"):
        await key_usage(KEY, base_url="http://127.0.0.1:9")
