"""One `Idempotency-Key`, one question, in the dialects of OpenAI's clients and the AI SDK."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import httpx
import openai
import pytest
import pytest_asyncio
from sqlmodel import col, func, select

from app.chat.tables import Conversation, Message
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import Shop, answered_by, open_shop
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPLETIONS = "/v1/chat/completions"
ASKED: list[Any] = [{"role": "user", "content": QUESTION}]
SDK = {"role": "user", "parts": [{"type": "text", "text": QUESTION}]}


@pytest_asyncio.fixture(loop_scope="module")
async def slow(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """Answers of the project come word by word, as they are released."""
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "steps"):
        yield upstream
        upstream.release(1_000)


class Front:
    """A front end: where it asks, and what.

    Attributes:
        client: Of whoever asks.
        body: Of the question.
    """

    def __init__(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
        self.client = client
        self.path = path
        self.body = body

    def streamed(self, key: str) -> Any:
        """The answer, open."""
        return self.client.stream(
            "POST", self.path, json=self.body, headers={"Idempotency-Key": key}
        )

    async def ask(self, key: str, **other: Any) -> httpx.Response:
        """The answer, read."""
        return await self.client.post(
            self.path, json=self.body | other, headers={"Idempotency-Key": key}
        )


@pytest_asyncio.fixture(
    loop_scope="module", params=["stream", "whole", "integration", "ai-sdk", "regenerate"]
)
async def front(bench: Bench, request: pytest.FixtureRequest) -> AsyncGenerator[Front]:
    """Each of them in turn."""
    which = str(request.param)
    if which in {"ai-sdk", "regenerate"}:
        trigger = "submit-message" if which == "ai-sdk" else "regenerate-message"
        body = {"id": f"chat-{uuid4()}", "messages": [SDK], "trigger": trigger}
        yield Front(bench.ada, f"/api/ai-sdk/projects/{bench.project}/chat", body)
        return
    body = {"model": "house", "messages": ASKED, "stream": which != "whole"}
    if which != "integration":
        yield Front(bench.ada, COMPLETIONS, body)
        return
    shop = await open_shop(bench)
    async with shop.client(**shop.bearer) as client:
        yield Front(client, COMPLETIONS, body)


async def count(bench: Bench) -> int:
    """How many questions were written down."""
    async with bench.site.services.database.session() as session:
        query = select(func.count()).where(col(Message.role) == "user")
        return (await session.exec(query)).one()


async def test_the_same_request_again_is_the_same_answer(bench: Bench, front: Front) -> None:
    before, key = await count(bench), str(uuid4())
    first, second = await front.ask(key), await front.ask(key)
    assert (first.status_code, first.content) == (200, second.content)
    assert "Monday" in first.text
    assert await count(bench) == before + 1
    assert (await front.ask(str(uuid4()))).status_code == 200
    assert first.headers.get("x-message-id") == second.headers.get("x-message-id")


async def test_requests_of_one_instant_ask_once(bench: Bench, front: Front) -> None:
    before, key = await count(bench), str(uuid4())
    answers = await asyncio.gather(*(front.ask(key) for _ in range(5)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.content for each in answers}) == 1
    assert await count(bench) == before + 1


async def test_a_key_belongs_to_one_question(bench: Bench, front: Front) -> None:
    key = str(uuid4())
    await front.ask(key)
    before = await count(bench)
    other = {"role": "user", "content": "Else?", "parts": [{"type": "text", "text": "Else?"}]}
    refused = await front.ask(key, messages=[other])
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert (error["code"] if front.path == COMPLETIONS else error) == "idempotency_conflict"
    assert await count(bench) == before


async def test_whoever_hangs_up_can_come_back(
    bench: Bench, slow: OpenAIServer, front: Front
) -> None:
    key = str(uuid4())
    if front.body.get("stream") is False:
        leaving = asyncio.create_task(front.ask(key))
        await eventually(lambda: slow.questions == 1)
        leaving.cancel()
    else:
        slow.release(2)
        async with front.streamed(key) as broken:
            async for line in broken.aiter_lines():
                if "rent" in line:
                    break
    coming = asyncio.create_task(front.ask(key))
    await asyncio.sleep(0.1)  # Long enough for a server that gives the answer up to do so.
    assert len(bench.site.services.runs._open) == 1
    slow.release(len(WORDS))
    back = await coming
    assert said(back) == ANSWER
    assert back.content == (await front.ask(key)).content
    assert slow.questions == 1


def said(answer: httpx.Response) -> str:
    """The whole text, in either dialect."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return answer.json()["choices"][0]["message"]["content"]
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    parts = [json.loads(line) for line in lines if line.startswith("{")]
    if "choices" in parts[0]:
        deltas = [choice["delta"] for part in parts for choice in part["choices"]]
        return "".join(delta.get("content", "") for delta in deltas)
    return "".join(part["delta"] for part in parts if part["type"] == "text-delta")


async def test_the_official_client_is_told_not_to_try_a_spent_key_again(bench: Bench) -> None:
    token = bench.ada.headers["authorization"].removeprefix("Bearer ")
    base = f"{bench.site.url}/v1"
    async with openai.AsyncOpenAI(base_url=base, api_key=token, max_retries=5) as client:
        key = {"Idempotency-Key": str(uuid4())}
        asking = {"model": "house", "extra_headers": key}
        found = await client.chat.completions.create(messages=ASKED, **asking)
        again = await client.chat.completions.create(messages=ASKED, **asking)
        assert again == found
        async with asyncio.timeout(2):  # It waits for longer ahead of five tries.
            with pytest.raises(openai.ConflictError) as refused:
                await client.chat.completions.create(
                    messages=[{"role": "user", "content": "Else?"}], **asking
                )
    assert refused.value.code == "idempotency_conflict"


async def test_a_failure_is_the_keys_answer_too(bench: Bench) -> None:
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "cut-close"):
        body, key = {"model": "house", "messages": ASKED}, {"Idempotency-Key": str(uuid4())}
        first, second = [
            await bench.ada.post(COMPLETIONS, json=body, headers=key) for _ in range(2)
        ]
        assert (first.status_code, first.content) == (502, second.content)
        assert first.headers["x-should-retry"] == "false"
        assert upstream.questions == 1


async def test_the_users_of_an_integration_have_keys_of_their_own(bench: Bench) -> None:
    shop = await open_shop(bench, daily_budget=3)
    async with shop.client(**shop.bearer) as client:
        front = Front(client, COMPLETIONS, {"model": "house", "messages": ASKED})
        for who in ({}, {"user": "ann"}, {"user": "bob"}):
            first, second = [await front.ask("k", **who) for _ in range(2)]
            assert (first.status_code, first.content) == (200, second.content)
        assert (await front.ask("another")).status_code == 429
    assert await _conversations(shop) == 3


async def _conversations(shop: Shop) -> int:
    async with shop.database.session() as session:
        query = select(func.count()).where(col(Conversation.integration_id) == shop.row.id)
        return (await session.exec(query)).one()


async def test_a_name_that_means_another_project_is_another_question(bench: Bench) -> None:
    projects = [
        (await bench.ada.post("/projects", json={"name": f"Key {n}"})).json()["project"]["id"]
        for n in range(2)
    ]
    key = str(uuid4())
    front = Front(bench.ada, COMPLETIONS, {"model": "key-0", "messages": ASKED})
    assert (await front.ask(key)).status_code == 200
    for identity, name in zip(projects, ("Old", "Key 0"), strict=True):
        await bench.ada.patch(f"/projects/{identity}", json={"name": name})
    assert (await front.ask(key)).status_code == 409
