"""What stands on a token falls with it; what may be asked in a minute holds over processes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from sqlmodel import col, update

from app.integrations.tables import RateBucket
from ingest.corpus.tables import now
from tests.fixtures.site import open_site
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import Shop, open_shop
from tests.upstreams.openai_server import OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

Loss = Callable[[Shop], Awaitable[None]]
LOSSES: list[Loss] = [Shop.rotate, Shop.switch_off, Shop.delete]


async def _delta(shop: Shop) -> httpx.Request:
    path = "/api/v1/customer/conversations"
    async with shop.client(**shop.bearer) as client:
        identity = (await client.post(path)).json()["conversationId"]
        body = {"message": QUESTION}
        return client.build_request("POST", f"{path}/{identity}/messages", json=body)


async def _lumika(shop: Shop) -> httpx.Request:
    async with shop.client() as client:
        return client.build_request("GET", "/conversation/sse", params=shop.query(key="a"))


async def _ndjson(shop: Shop) -> httpx.Request:
    async with shop.client(**shop.key) as client:
        body = {"sessionId": "a", "message": QUESTION}
        return client.build_request("POST", "/v1/chat/stream", json=body)


def _said(raw: bytes) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in raw.decode().splitlines() if line]
    return [
        json.loads(line) if line != "[DONE]" else line
        for line in lines
        if not line.startswith(("id:", ":"))
    ]


@pytest.mark.parametrize("lose", LOSSES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("dialect", [_lumika, _ndjson, _delta], ids=lambda each: each.__name__)
async def test_a_stream_ends_with_its_token(
    shop: Shop,
    slow: OpenAIServer,
    dialect: Callable[[Shop], Awaitable[httpx.Request]],
    lose: Loss,
) -> None:
    request = await dialect(shop)
    async with shop.client() as client:
        response = await client.send(request, stream=True)
        assert response.status_code == 200
        reading = asyncio.create_task(response.aread())
        await eventually(lambda: slow.questions == 1)
        slow.release()
        await lose(shop)
        since = monotonic()
        said = _said(await reading)
        assert monotonic() - since < 1.0
        if dialect is _delta:
            assert said.pop() == "[DONE]"
        assert said[-1]["type"] == "error"
        again = await client.send(await dialect(shop) if dialect is not _delta else request)
    assert again.status_code == 401


async def test_limits_hold_over_processes(bench: Bench, tmp_path_factory: Any) -> None:
    shop = await open_shop(bench, rate_limit_per_minute=4)
    folder = tmp_path_factory.mktemp("second")
    async with (
        open_site(bench.site.services.database, bench.site.models, folder) as second,
        httpx.AsyncClient(headers=shop.key, timeout=20) as client,
    ):
        urls = [bench.site.url, second.url] * 4
        answers = await asyncio.gather(*(client.post(f"{url}/v1/chat", json={}) for url in urls))
    assert sorted(each.status_code for each in answers) == [400] * 4 + [429] * 4


async def test_a_customers_limit_is_theirs_alone(bench: Bench) -> None:
    shop = await open_shop(bench, customer_limit_per_minute=1)
    async with shop.client() as client:
        seen = [
            (await client.get("/conversation/sse", params=shop.query(key=key))).status_code
            for key in ("a", "a", "b")
        ]
        late = await client.get("/conversation/sse", params=shop.query(key="a"))
    assert seen == [200, 429, 200]
    assert late.json()["error"] == "rate_limited"
    assert int(late.headers["retry-after"]) >= 1
    assert (await shop.history("a"))["messages"]


async def test_a_days_budget_ends_the_questions_and_joining_costs_none(bench: Bench) -> None:
    shop = await open_shop(bench, daily_budget=1)
    events = await shop.sse(key="a")
    assert await shop.sse(key="a", last=events[0].id) == events[1:]
    async with shop.client() as client:
        spent = await client.get("/conversation/sse", params=shop.query(key="a"))
    assert (spent.status_code, spent.json()["error"]) == (429, "rate_limited")
    assert await shop.asked() == 1


async def test_tokens_are_not_tried_out(shop: Shop) -> None:
    unknown = {"x-api-key": "lumen_int_x"}
    async with shop.client() as client:
        assert (await client.post("/v1/chat", json={}, headers=unknown)).status_code == 401
        async with shop.database.transaction() as session:
            of_here = col(RateBucket.key) == "address:127.0.0.1"
            later = now() + timedelta(seconds=60)
            await session.exec(update(RateBucket).where(of_here).values(spent_until=later))
        assert (await client.post("/v1/chat", json={}, headers=unknown)).status_code == 429
        # Whoever has a token is not kept out by those who have none.
        assert (await client.post("/v1/chat", json={}, headers=shop.key)).status_code == 400
        assert (await client.post("/v1/chat", json={})).status_code == 401
        async with shop.database.transaction() as session:
            await session.exec(update(RateBucket).where(of_here).values(spent_until=now()))


async def test_a_token_opens_nothing_else(shop: Shop, bench: Bench) -> None:
    async with shop.client(**shop.bearer) as client:
        for path in ("/auth/me", "/projects", f"/projects/{bench.project}", "/chat/recent"):
            assert (await client.get(path)).status_code == 401
        native = await client.post(f"/chat/projects/{bench.project}", json={"message": "?"})
        assert native.status_code == 401
