"""Query-string SSE and polling history (wire contract, section 7a)."""

import asyncio
from uuid import UUID

import httpx
import pytest
from httpx_sse import aconnect_sse

from app.chat.gathering import NOTHING_FOR_OUTSIDERS
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import Shop, answered_by, data, open_shop, read
from tests.upstreams.openai_server import ANSWER, CANARY_KEY, WORDS, OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answer_is_start_partials_and_final(shop: Shop) -> None:
    events = await shop.sse(key="customer-42")
    said = data(events)
    assert {event.event for event in events} == {"message"}
    assert list(said[0]) == ["type", "conversationId", "messageId"]
    assert (said[0]["type"], said[0]["conversationId"]) == ("start", "customer-42")
    body = "".join(each["delta"] for each in said[1:-1])
    assert {each["type"] for each in said[1:-1]} == {"partial"}
    final = said[-1]
    assert final.keys() == {
        "type", "id", "actor", "body", "createdAt", "conversationId", "citations",
    }  # fmt: skip
    assert (final["id"], final["body"]) == (said[0]["messageId"], body)
    assert (final["type"], final["actor"]) == ("final", "assistant")
    assert "Monday" in body
    assert final["citations"][0]["documentName"] == "rent.txt"


async def test_without_a_key_a_fresh_one_is_made(shop: Shop) -> None:
    keys = {data(await shop.sse())[0]["conversationId"] for _ in range(2)}
    assert len(keys) == 2
    assert all(UUID(key).version == 4 for key in keys)


async def test_history_says_what_was_said_as_it_was_said(shop: Shop) -> None:
    final = data(await shop.sse(key="a"))[-1]
    kept = await shop.history("a")
    assert kept["conversationId"] == "a"
    asked, answered = kept["messages"]
    assert (asked["actor"], asked["body"]) == ("customer", QUESTION)
    assert answered == {
        "id": final["id"],
        "actor": "assistant",
        "type": "message",
        "body": final["body"],
        "createdAt": final["createdAt"],
    }
    assert kept["lastMessageId"] == final["id"]
    assert (await shop.history("a", afterId=asked["id"]))["messages"] == [answered]
    assert (await shop.history("a", limit=1))["messages"] == [asked]
    nothing = await shop.history("a", afterId=answered["id"])
    assert nothing == {"conversationId": "a", "messages": [], "lastMessageId": answered["id"]}
    assert (await shop.history("b"))["lastMessageId"] is None


async def test_who_can_add_no_document_is_not_told_to(shop: Shop) -> None:
    final = data(await shop.sse(text="Who won the chess match in Reykjavik?", key="a"))[-1]
    assert (final["body"], final["citations"]) == (NOTHING_FOR_OUTSIDERS, [])


async def test_history_says_what_answers_lean_on_to_those_who_ask(shop: Shop) -> None:
    final = data(await shop.sse(key="a"))[-1]
    await shop.put("a", "operator", "Bob here.")
    asked, answered, operator = (await shop.history("a", citations="true"))["messages"]
    assert answered["citations"] == final["citations"] != []
    assert "citations" not in asked
    assert "citations" not in operator
    plain = await shop.history("a", citations="false")
    assert plain == await shop.history("a")
    assert "citations" not in str(plain)


async def test_people_answer_as_the_assistant_and_notes_never_leave(shop: Shop) -> None:
    await shop.sse(key="a")
    last = (await shop.history("a"))["lastMessageId"]
    await shop.put("a", "note", "canary-of-a-note")
    operator = await shop.put("a", "operator", "Bob here.")
    (said,) = (await shop.history("a", afterId=last))["messages"]
    assert (said["id"], said["actor"], said["body"]) == (str(operator), "assistant", "Bob here.")
    for answer in (await shop.history("a"), data(await shop.sse(key="a"))):
        assert "canary-of-a-note" not in str(answer)


async def test_a_poll_behind_an_answer_in_writing_does_not_pass_over_it(
    shop: Shop, slow: OpenAIServer
) -> None:
    asking = asyncio.create_task(shop.sse(key="a"))
    await eventually(lambda: slow.questions == 1)
    operator = await shop.put("a", "operator", "One moment.")
    first = await shop.history("a")
    assert [each["actor"] for each in first["messages"]] == ["customer"]
    slow.release(len(WORDS))
    answer = data(await asking)[-1]
    rest = await shop.history("a", afterId=first["lastMessageId"])
    assert [each["id"] for each in rest["messages"]] == [answer["id"], str(operator)]


async def test_a_reconnect_goes_on_with_the_answer_and_ends_with_it(shop: Shop) -> None:
    events = await shop.sse(key="a")
    for cut in range(1, len(events)):
        rest = await shop.sse(key="a", last=events[cut - 1].id)
        assert rest == events[cut:]
    # The browser's own reconnect of a question without a key.
    assert await shop.sse(last=events[0].id) == events[1:]
    async with shop.client() as client:
        done = await client.get(
            "/conversation/sse",
            params=shop.query(key="a"),
            headers={"Last-Event-ID": events[-1].id},
        )
    assert (done.status_code, done.content) == (204, b"")
    assert await shop.asked() == 1


NOBODYS = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.mark.parametrize(
    "last", ["7", "x", "null.1", f"{NOBODYS}.1", f"{NOBODYS}.-1", f"{NOBODYS}.9999999999", "💩"]
)
async def test_an_event_id_of_nothing_never_asks(shop: Shop, last: str) -> None:
    headers = {b"Last-Event-ID": last.encode()}
    async with shop.client() as client:
        answer = await client.get("/conversation/sse", params=shop.query(key="a"), headers=headers)
    assert answer.status_code == 204
    assert await shop.asked() == 0


async def test_nobody_resumes_what_is_another_customers(shop: Shop, bench: Bench) -> None:
    events = await shop.sse(key="a")
    other = await open_shop(bench)
    async with shop.client() as client:
        for query in (other.query(key="a"), other.query(), shop.query(key="b")):
            answer = await client.get(
                "/conversation/sse", params=query, headers={"Last-Event-ID": events[0].id}
            )
            assert (answer.status_code, answer.content) == (204, b"")
    assert (await other.history("a"))["messages"] == []


async def test_the_same_question_joins_the_answer_in_writing(
    shop: Shop, slow: OpenAIServer
) -> None:
    first = asyncio.create_task(shop.sse(key="a"))
    await eventually(lambda: slow.questions == 1)
    async with (
        shop.client() as client,
        aconnect_sse(client, "GET", "/conversation/sse", params=shop.query(key="a")) as source,
    ):
        events = source.aiter_sse()
        second = [read(await anext(events))]
        busy = await client.get("/conversation/sse", params=shop.query("Another?", "a"))
        assert (busy.status_code, busy.json()["error"]) == (409, "generation_in_progress")
        slow.release(len(WORDS))
        second += [read(event) async for event in events]
    assert second == await first
    assert data(second)[-1]["body"] == ANSWER
    assert (await shop.asked(), slow.questions) == (1, 1)


async def test_the_same_question_asked_again_is_a_new_one(shop: Shop) -> None:
    one, two = await shop.sse(key="a"), await shop.sse(key="a")
    assert data(one)[0]["messageId"] != data(two)[0]["messageId"]
    assert len((await shop.history("a"))["messages"]) == 4


async def test_a_reader_who_leaves_finds_the_answer_later(shop: Shop, slow: OpenAIServer) -> None:
    async with (
        shop.client() as client,
        aconnect_sse(client, "GET", "/conversation/sse", params=shop.query(key="a")) as source,
    ):
        start = await anext(source.aiter_sse())
    slow.release(len(WORDS))
    rest = data(await shop.sse(key="a", last=start.id))
    assert rest[-1]["body"] == ANSWER


async def test_where_people_took_over_the_assistant_is_silent(shop: Shop) -> None:
    await shop.sse(key="a")
    await shop.set_status("a", "escalated")
    start, final = await shop.sse(key="a", text="Hello?")
    said = data([final])[0]
    assert (said["type"], "person" in said["body"]) == ("final", True)
    kept = (await shop.history("a"))["messages"]
    assert [each["actor"] for each in kept] == ["customer", "assistant", "customer"]
    assert said["id"] not in {each["id"] for each in kept}
    async with shop.client() as client:
        for last in (start.id, final.id):
            again = await client.get(
                "/conversation/sse", params=shop.query(key="a"), headers={"Last-Event-ID": last}
            )
            assert again.status_code == 204


async def test_what_is_asked_after_the_end_begins_anew(shop: Shop) -> None:
    await shop.sse(key="a")
    await shop.set_status("a", "resolved")
    assert data(await shop.sse(key="a"))[-1]["type"] == "final"
    await shop.set_status("a", "escalated")
    assert len(await shop.sse(key="a")) == 2


async def test_a_failed_answer_ends_with_an_error_that_tells_no_secret(
    shop: Shop, bench: Bench
) -> None:
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "401"):
        events = await shop.sse(key="a")
    said = data(events)
    assert (said[0]["type"], said[-1]["type"]) == ("start", "error")
    assert said[-1].keys() == {"type", "message"}
    assert "401" not in str(said)
    assert CANARY_KEY not in str(said)
    async with shop.client() as client:
        again = await client.get(
            "/conversation/sse", params=shop.query(), headers={"Last-Event-ID": events[-1].id}
        )
    assert again.status_code == 204


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"integrationToken": None}, 401, "unauthenticated"),
        ({"integrationToken": ""}, 401, "unauthenticated"),
        ({"integrationToken": "lumen_int_x", "textContent": None}, 401, "unauthenticated"),
        ({"textContent": None}, 400, "invalid_request"),
        ({"textContent": " \n"}, 400, "invalid_request"),
        ({"textContent": "x" * 4001}, 400, "invalid_request"),
        ({"conversationId": "x" * 129}, 400, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_refused_as_json(
    shop: Shop, change: dict[str, str | None], status: int, code: str
) -> None:
    query = {name: value for name, value in (shop.query() | change).items() if value is not None}
    async with shop.client() as client:
        answer = await client.get("/conversation/sse", params=query)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert await shop.asked() == 0


@pytest.mark.parametrize(
    "query",
    [
        {"conversationId": ""},
        {"conversationId": "x" * 129},
        {"afterId": "garbage"},
        {"afterId": "1"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": ""},
        {"limit": "9" * 40},
    ],
)
async def test_odd_questions_about_history_are_refused(shop: Shop, query: dict[str, str]) -> None:
    given = {"integrationToken": shop.token, "conversationId": "a", **query}
    async with shop.client() as client:
        answer = await client.get("/conversation/history", params=given)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_head_asks_nothing(shop: Shop) -> None:
    async with shop.client() as client:
        answer = await client.head("/conversation/sse", params=shop.query(key="a"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert await shop.asked() == 0


async def test_keys_and_texts_of_every_script_are_kept(shop: Shop) -> None:
    key, text = "клиент/42 \u2028\u0085", "Wann ist die Miete fällig? \u2028 🏠"
    events = data(await shop.sse(key=key, text=text))
    assert events[-1]["conversationId"] == key
    assert (await shop.history(key))["messages"][0]["body"] == text


async def test_races_for_a_new_conversation_make_one(shop: Shop) -> None:
    async with shop.client() as client:
        answers = await asyncio.gather(
            *(client.get("/conversation/sse", params=shop.query(key="a")) for _ in range(5))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert {httpx.codes(answer.status_code) for answer in answers} == {httpx.codes.OK}
    assert (await shop.history("a"))["messages"][0]["actor"] == "customer"
