"""Deltas and `[DONE]` (wire contract, section 7d)."""

import asyncio
import json
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from httpx_sse import aconnect_sse

from app.asgi import MAX_BODY_BYTES, create_app
from tests.http.chat.bench import QUESTION, Bench
from tests.http.chat.world import serve
from tests.http.customers.shop import Said, Shop, answered_by, open_shop, read
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/customer/conversations"


async def begin(shop: Shop) -> str:
    async with shop.client(**shop.bearer) as client:
        answer = await client.post(PATH)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"conversationId"}
    return answer.json()["conversationId"]


async def ask(
    shop: Shop, conversation: str, message: str = QUESTION, last: int | None = None
) -> list[Said]:
    headers = {"Last-Event-ID": str(last)} if last else {}
    async with (
        shop.client(**shop.bearer) as client,
        aconnect_sse(
            client,
            "POST",
            f"{PATH}/{conversation}/messages",
            json={"message": message},
            headers=headers,
        ) as source,
    ):
        assert source.response.status_code == 200, await source.response.aread()
        events = [read(event) async for event in source.aiter_sse()]
    first = 1 if last is None else last + 1
    assert [event.id for event in events] == [str(n) for n in range(first, first + len(events))]
    assert events[-1].data == "[DONE]"
    return events


def told(events: list[Said]) -> list[Any]:
    return [json.loads(event.data) for event in events[:-1]]


async def test_an_answer_is_deltas_and_done(shop: Shop) -> None:
    conversation = await begin(shop)
    deltas = told(await ask(shop, conversation))
    assert {each["type"] for each in deltas} == {"delta"}
    text = "".join(each["text"] for each in deltas)
    async with shop.client(**shop.bearer) as client:
        kept = (await client.get(f"{PATH}/{conversation}/messages")).json()["messages"]
    assert [(each["role"], each["content"]) for each in kept] == [
        ("user", QUESTION), ("assistant", text),
    ]  # fmt: skip
    assert kept[0].keys() == {"role", "content", "createdAt"}


async def test_it_goes_on_behind_what_was_seen(shop: Shop) -> None:
    conversation = await begin(shop)
    events = await ask(shop, conversation)
    for last in range(1, len(events)):
        assert await ask(shop, conversation, last=last) == events[last:]
    assert await shop.asked() == 1
    # How an answer falls into deltas is a matter of time: another one is another answer.
    assert (await ask(shop, conversation))[-1].data == "[DONE]"
    assert await shop.asked() == 2


async def test_a_refusal_is_one_delta_and_done(bench: Bench) -> None:
    project = (await bench.ada.post("/projects", json={"name": "Empty"})).json()["project"]["id"]
    shop = await open_shop(bench, project_id=project)
    (refusal,) = told(await ask(shop, await begin(shop)))
    assert refusal["type"] == "delta"
    assert refusal["text"]


async def test_an_error_is_followed_by_done(shop: Shop, bench: Bench) -> None:
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "cut-close"):
        said = told(await ask(shop, await begin(shop)))
    assert said[-1]["type"] == "error"
    assert said[-1].keys() == {"type", "message"}


async def test_statuses_say_who_answers(shop: Shop) -> None:
    conversation = await begin(shop)
    key = await shop.key_of(conversation)
    await ask(shop, conversation)
    await shop.set_status(key, "escalated")
    assert told(await ask(shop, conversation)) == [{"type": "status", "status": "escalated"}]
    await shop.put(key, "note", "canary-of-a-note")
    await shop.put(key, "operator", "Bob here.")
    async with shop.client(**shop.bearer) as client:
        kept = await client.get(f"{PATH}/{conversation}/messages")
    assert "canary-of-a-note" not in kept.text
    last = kept.json()["messages"][-1]
    assert (last["role"], last["content"]) == ("assistant", "Bob here.")
    await shop.set_status(key, "resolved")
    *_, status = told(await ask(shop, conversation))
    assert status == {"type": "status", "status": "active"}


async def test_what_escalates_while_it_is_answered_says_so(shop: Shop, slow: OpenAIServer) -> None:
    conversation = await begin(shop)
    asking = asyncio.create_task(ask(shop, conversation))
    await eventually(lambda: slow.questions == 1)
    key = await shop.key_of(conversation)
    await shop.set_status(key, "escalated")
    slow.release(len(WORDS))
    *deltas, status = told(await asking)
    assert "".join(each["text"] for each in deltas) == ANSWER
    assert status == {"type": "status", "status": "escalated"}


async def test_a_stream_ends_at_its_limit_and_its_answer_goes_on(
    shop: Shop, slow: OpenAIServer
) -> None:
    conversation = await begin(shop)
    hasty = create_app(replace(shop.bench.site.services, delta_seconds=1.0))
    slow.release(2)
    since = monotonic()
    async with serve(hasty) as url:
        events = await ask(replace(shop, url=url), conversation)
    assert 1.0 <= monotonic() - since < 5.0
    *deltas, error = told(events)
    assert "".join(each["text"] for each in deltas) in {"", "The", "The rent"}
    assert (error["type"], error.keys()) == ("error", {"type", "message"})
    async with shop.client(**shop.bearer) as client:

        async def kept() -> list[str]:
            found = (await client.get(f"{PATH}/{conversation}/messages")).json()["messages"]
            return [each["content"] for each in found]

        assert await kept() == [QUESTION]
        slow.release(len(WORDS))

        async def is_whole() -> bool | None:
            return await kept() == [QUESTION, ANSWER] or None

        await eventually_async(is_whole)


async def refusal(answer: httpx.Response) -> int:
    assert answer.json().keys() == {"error"}
    assert isinstance(answer.json()["error"], str)
    return answer.status_code


async def test_refusals_are_json_with_an_error(shop: Shop, bench: Bench) -> None:
    conversation = await begin(shop)
    widget = await open_shop(bench, kind="widget")
    other = await open_shop(bench)
    personal = (await bench.ada.post("/tokens", json={"name": "t"})).json()["secret"]
    messages = f"{PATH}/{conversation}/messages"

    async def post(path: str, body: Any = None, **headers: str) -> int:
        async with shop.client(**headers) as client:
            return await refusal(await client.post(path, json=body or {"message": "Hi"}))

    for path in (PATH, messages):
        assert await post(path) == 401
        assert await post(path, **shop.key) == 401
        assert await post(path, Authorization="Bearer lumen_int_x") == 401
        assert await post(path, Authorization="Bearer lumen_pat_x") == 401
        assert await post(path, Authorization=f"Bearer {personal}") == 403
        assert await post(path, **widget.bearer) == 403
    for body in ({"message": ""}, {"message": "x" * 4001}, {"message": 1}, {"text": "x"}, ["x"]):
        assert await post(messages, body, **shop.bearer) == 400
    for identity in (uuid4(), "garbage"):
        assert await post(f"{PATH}/{identity}/messages", **shop.bearer) == 404
    assert await post(messages, **other.bearer) == 404
    async with shop.client(**other.bearer) as client:
        assert await refusal(await client.get(messages)) == 404
    async with shop.client(**shop.bearer) as client:
        json_type = {"Content-Type": "application/json"}
        for content, headers in (
            (b"{", json_type), (b'{"message":"x"}', {"Content-Type": "text/plain"}),
            (b" " * (MAX_BODY_BYTES + 1), json_type),
        ):  # fmt: skip
            answer = await client.post(messages, content=content, headers=headers)
            assert await refusal(answer) == 400
    limited = await open_shop(bench, rate_limit_per_minute=1)
    await begin(limited)
    assert await post(PATH, **limited.bearer) == 429


async def test_a_question_while_another_is_answered_is_one_too_many(
    shop: Shop, slow: OpenAIServer
) -> None:
    conversation = await begin(shop)
    asking = asyncio.create_task(ask(shop, conversation))
    await eventually(lambda: slow.questions == 1)
    async with shop.client(**shop.bearer) as client:
        busy = await client.post(f"{PATH}/{conversation}/messages", json={"message": "Another?"})
    assert await refusal(busy) == 429
    slow.release(len(WORDS))
    await asking
