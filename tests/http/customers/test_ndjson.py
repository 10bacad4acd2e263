"""Lines of JSON, and an answer in one piece (wire contract, section 7c)."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import requests

from app.asgi import MAX_BODY_BYTES
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import Shop, answered_by, open_shop
from tests.upstreams.openai_server import ANSWER, CANARY_KEY, WORDS, OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = {"sessionId": "session:1", "message": QUESTION}


@pytest.mark.parametrize("path", ["/v1/chat/stream", "/chat"])
@pytest.mark.parametrize("header", ["x-api-key", "x-widget-api-key"])
async def test_requests_reads_it_line_by_line(shop: Shop, path: str, header: str) -> None:
    def read() -> tuple[str, list[Any]]:
        url, key = f"{shop.bench.site.url}{path}", {header: shop.token}
        with requests.post(url, json=BODY, headers=key, stream=True, timeout=20) as answer:
            assert answer.status_code == 200, answer.text
            lines = [json.loads(line) for line in answer.iter_lines(decode_unicode=True)]
            return answer.headers["content-type"], lines

    kind, lines = await asyncio.to_thread(read)
    assert kind.partition(";")[0] == "application/x-ndjson"
    start, *tokens, done = lines
    assert start == {"type": "start", "conversationId": done["conversationId"]}
    assert done.keys() == {"type", "message", "conversationId"}
    assert done["type"] == "done"
    assert {each["type"] for each in tokens} == {"token"}
    assert "".join(each["token"] for each in tokens) == done["message"]
    assert "Monday" in done["message"]


async def test_one_piece_is_the_same_and_goes_on_with_the_conversation(shop: Shop) -> None:
    start, *_, done = await shop.lines("s")
    async with shop.client(**shop.key) as client:
        answer = await client.post("/v1/chat", json={"sessionId": "s", "message": QUESTION})
    assert answer.status_code == 200
    assert answer.json() == {
        "conversationId": start["conversationId"], "message": done["message"],
    }  # fmt: skip
    assert (await shop.lines("other"))[0] != start
    assert len((await shop.history("s"))["messages"]) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"sessionId":"s","message":"\\ud800"}',
        b'{"sessionId":"s","message":"\xff"}',
        *(
            json.dumps(given).encode()
            for given in (
                {"sessionId": "s"},
                {"message": "Hi"},
                {"sessionId": "", "message": "Hi"},
                {"sessionId": "x" * 129, "message": "Hi"},
                {"sessionId": "a b", "message": "Hi"},
                {"sessionId": "a\n", "message": "Hi"},
                {"sessionId": "ä", "message": "Hi"},
                {"sessionId": "a/b", "message": "Hi"},
                {"sessionId": 1, "message": "Hi"},
                {"sessionId": ["s"], "message": "Hi"},
                {"sessionId": "s", "message": ""},
                {"sessionId": "s", "message": " \n\t"},
                {"sessionId": "s", "message": "\x00"},
                {"sessionId": "s", "message": "x" * 4001},
                {"sessionId": "s", "message": 1},
                {"sessionId": "s", "message": None},
            )
        ),
    ],
    ids=range(24),
)
async def test_a_payload_that_does_not_fit_is_refused(shop: Shop, body: bytes) -> None:
    async with shop.client(**shop.key) as client:
        for path in ("/v1/chat/stream", "/v1/chat", "/chat"):
            answer = await client.post(
                path, content=body, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()) == (
                400, {"error": "Invalid request payload"},
            )  # fmt: skip
    assert await shop.asked() == 0


async def test_other_types_and_too_much_are_refused_as_payloads(shop: Shop) -> None:
    large = b" " * (MAX_BODY_BYTES + 1)
    given = json.dumps(BODY).encode()
    cases = [
        (given, "text/plain"), (given, "application/x-www-form-urlencoded"), (given, ""),
        (given, "application/jsonx"), (large, "application/json"),
    ]  # fmt: skip
    async with shop.client(**shop.key) as client:
        for content, kind in cases:
            headers = {"Content-Type": kind} if kind else {}
            answer = await client.post("/v1/chat", content=content, headers=headers)
            assert (answer.status_code, answer.json()) == (
                400, {"error": "Invalid request payload"},
            )  # fmt: skip
        fits = await client.post(
            "/v1/chat", content=given, headers={"Content-Type": "Application/JSON; charset=utf-8"}
        )
        assert fits.status_code == 200


async def test_limits_come_before_tokens_and_tokens_before_payloads(bench: Bench) -> None:
    shop = await open_shop(bench, rate_limit_per_minute=2)
    async with shop.client() as client:
        wrong = {"x-api-key": "lumen_int_wrong"}
        for headers in ({}, wrong, {"Authorization": f"Bearer {shop.token}"}):
            answer = await client.post("/v1/chat", content=b"{", headers=headers)
            assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})
        for status, error in (
            (400, "Invalid request payload"), (400, "Invalid request payload"),
            (429, "Too many requests"),
        ):  # fmt: skip
            answer = await client.post("/v1/chat", content=b"{", headers=shop.key)
            assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_customers_limit_comes_before_the_message(bench: Bench) -> None:
    shop = await open_shop(bench, customer_limit_per_minute=1)
    async with shop.client(**shop.key) as client:
        seen = [
            (await client.post("/v1/chat", json={"sessionId": key, "message": ""})).status_code
            for key in ("a", "a", "b")
        ]
    assert seen == [400, 429, 400]


async def test_a_question_while_another_is_answered_is_one_too_many(
    shop: Shop, slow: OpenAIServer
) -> None:
    first = asyncio.create_task(shop.lines("s"))
    await eventually(lambda: slow.questions == 1)
    async with shop.client(**shop.key) as client:
        busy = await client.post("/v1/chat", json={"sessionId": "s", "message": "Another?"})
        assert (busy.status_code, busy.json()) == (429, {"error": "Too many requests"})
        # The same question joins the answer in writing, from its beginning.
        async with client.stream(
            "POST", "/v1/chat/stream", json={"sessionId": "s", "message": QUESTION}
        ) as joined:
            assert joined.status_code == 200
            slow.release(len(WORDS))
            again = [json.loads(line) async for line in joined.aiter_lines()]
    assert (await first)[-1] == again[-1]
    assert again[-1]["message"] == ANSWER
    assert await shop.asked() == 1


async def test_what_fails_says_so_and_no_more(shop: Shop, bench: Bench) -> None:
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "cut-close"):
        *_, last = await shop.lines("s")
        assert last.keys() == {"type", "error"}
        assert last["type"] == "error"
        async with shop.client(**shop.key) as client:
            whole = await client.post("/v1/chat", json=BODY)
    assert (whole.status_code, whole.json()) == (500, {"error": "Internal server error"})
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "401"):
        assert CANARY_KEY not in str(await shop.lines("t"))


async def test_where_people_took_over_it_says_so(shop: Shop) -> None:
    await shop.lines("s")
    await shop.set_status("s", "escalated")
    start, done = await shop.lines("s")
    assert (start["type"], done["type"]) == ("start", "done")
    async with shop.client(**shop.key) as client:
        body = {"sessionId": "s", "message": "Hello?"}
        whole = (await client.post("/v1/chat", json=body)).json()
    assert whole["message"] == done["message"]


async def test_the_alias_leaves_the_native_chat_alone(shop: Shop, bench: Bench) -> None:
    assert (await bench.ada.get("/chat/config")).status_code == 200
    assert (await bench.ada.get("/chat")).status_code == 405
    native = await bench.ada.post(f"/chat/projects/{bench.project}", json={"message": QUESTION})
    assert native.headers["content-type"].startswith("text/event-stream")
    async with shop.client(**shop.key) as client:
        assert (await client.get("/chat/config")).status_code == 401
        assert (await client.post("/chat/nothing", json=BODY)).status_code in {404, 405}
    body: httpx.Response = await bench.ada.post("/chat", json=BODY)
    assert (body.status_code, body.json()) == (401, {"error": "Unauthorized"})
