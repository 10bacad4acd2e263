"""A customer has an answer written no further (beside the wire contract's section 7a)."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from tests.http.chat.bench import Bench
from tests.http.customers.shop import PAGE, Shop, data, open_shop
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def stop(shop: Shop, key: str, message_id: object, **headers: str) -> httpx.Response:
    query = {"integrationToken": shop.token, "conversationId": key, "messageId": str(message_id)}
    async with shop.client(**headers) as client:
        return await client.post("/conversation/stop", params=query)


@asynccontextmanager
async def in_writing(
    shop: Shop, slow: OpenAIServer, words: int
) -> AsyncGenerator[tuple[str, AsyncIterator[ServerSentEvent]]]:
    """An answer to customer `a` that has so many words: its id, and the events to come."""
    async with (
        shop.client() as client,
        aconnect_sse(client, "GET", "/conversation/sse", params=shop.query(key="a")) as source,
    ):
        events = source.aiter_sse()
        message_id = json.loads((await anext(events)).data)["messageId"]
        slow.release(words)
        text = ""
        while text.strip() != "".join(WORDS[:words]).strip():
            text += json.loads((await anext(events)).data)["delta"]
        yield message_id, events


async def last(events: AsyncIterator[ServerSentEvent]) -> dict[str, Any]:
    """What the stream ends with."""
    return json.loads([event async for event in events][-1].data)


async def test_a_stopped_answer_ends_with_what_was_written(shop: Shop, slow: OpenAIServer) -> None:
    async with in_writing(shop, slow, 3) as (message_id, events):
        answer = await stop(shop, "a", message_id)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        final = await last(events)
    assert (final["type"], final["id"], final["stopped"]) == ("final", message_id, True)
    assert final["body"].strip() == "".join(WORDS[:3]).strip()
    await eventually(lambda: not shop.bench.site.services.runs._open)
    (kept,) = (await shop.history("a"))["messages"][1:]
    assert (kept["id"], kept["body"], kept["stopped"]) == (message_id, final["body"], True)
    # The conversation goes on: a rewritten question, then its answer.
    slow.release(100)
    assert data(await shop.sse(text="And then?", key="a"))[-1]["body"] == ANSWER


async def test_an_answer_that_has_ended_stays_as_it_is(shop: Shop) -> None:
    final = data(await shop.sse(key="a"))[-1]
    before = await shop.history("a")
    assert (await stop(shop, "a", final["id"])).status_code == 200
    assert await shop.history("a") == before
    assert "stopped" not in str(before)


async def test_nobody_stops_what_is_another_customers(
    shop: Shop, bench: Bench, slow: OpenAIServer
) -> None:
    other = await open_shop(bench)
    async with in_writing(shop, slow, 2) as (message_id, events):
        for there, key in ((other, "a"), (shop, "b"), (shop, "A")):
            answer = await stop(there, key, message_id)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
        slow.release(len(WORDS))
        assert (await last(events))["body"] == ANSWER


@pytest.mark.parametrize(("key", "message_id"), [("", "x"), ("a", ""), ("a", "x")])
async def test_what_names_no_answer_is_refused(shop: Shop, key: str, message_id: str) -> None:
    assert (await stop(shop, key, message_id)).status_code == 400


async def test_only_named_pages_stop_answers(bench: Bench) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    final = data(await shop.sse(key="a"))[-1]
    named = await stop(shop, "a", final["id"], Origin=PAGE)
    assert (named.status_code, named.headers["access-control-allow-origin"]) == (200, PAGE)
    other = await stop(shop, "a", final["id"], Origin="https://evil.example")
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers
