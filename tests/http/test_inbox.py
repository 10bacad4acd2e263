"""People in the loop: they see customers' conversations, answer, note, take over and give back."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlmodel import col, select, update

from app.access.tables import Grant
from app.audit.tables import AuditEntry
from app.chat import asking
from app.chat.tables import Conversation, Message
from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import QUESTION, Bench
from tests.http.inbox_shop import Shop, colleague, open_shop
from tests.upstreams.openai_server import OpenAIServer
from tests.waiting import eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNKNOWN = "How many moons has Jupiter?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    async with opening() as built:
        yield built


@pytest_asyncio.fixture(loop_scope="module")
async def shop(bench: Bench) -> Shop:
    return await open_shop(bench.site, bench.project)


async def thread(bench: Bench, talk: UUID) -> dict[str, Any]:
    answer = await bench.ada.get(f"/inbox/conversations/{talk}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def set_status(bench: Bench, talk: UUID, status: str) -> dict[str, Any]:
    answer = await bench.ada.post(f"/inbox/conversations/{talk}/status", json={"status": status})
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


async def listed(bench: Bench, talk: UUID, **query: object) -> dict[str, Any] | None:
    answer = await bench.ada.get(f"/projects/{bench.project}/inbox", params=query)
    assert answer.status_code == 200, answer.text
    found = [each for each in answer.json()["conversations"] if each["id"] == str(talk)]
    return found[0] if found else None


async def asked(shop: Shop, key: str, text: str) -> UUID:
    """A question that the assistant has answered; its conversation."""
    talk, answer = await shop.say(key, text)
    assert answer is not None
    await shop.hears(answer)
    return talk


async def test_the_list_shows_who_wrote_where_and_what_nobody_has_read(
    bench: Bench, shop: Shop
) -> None:
    talk = await asked(shop, "customer-42", QUESTION)
    row = await listed(bench, talk)
    assert row is not None
    assert (row["customer"], row["status"], row["unread"]) == ("customer-42", "active", 1)
    assert row["integration"] == {"id": str(shop.integration.id), "name": "Shop", "kind": "api"}
    assert row["lastMessage"]["role"] == "assistant"
    assert "Monday" in row["lastMessage"]["body"]
    last = (await thread(bench, talk))["messages"][0]["id"]
    url = f"/inbox/conversations/{talk}/read"
    assert (await bench.ada.post(url, json={"lastMessageId": last})).status_code == 200
    assert (await listed(bench, talk) or {})["unread"] == 0
    await asked(shop, "customer-42", "And how is it paid?")
    assert (await listed(bench, talk) or {})["unread"] == 1
    # Reading an old message again takes nothing back.
    newest = (await thread(bench, talk))["messages"][-1]["id"]
    await bench.ada.post(url, json={"lastMessageId": newest})
    await bench.ada.post(url, json={"lastMessageId": last})
    assert (await listed(bench, talk) or {})["unread"] == 0


async def test_a_browser_s_key_is_never_shown_to_people(bench: Bench) -> None:
    shop = await open_shop(bench.site, bench.project, kind="widget")
    key = uuid4().hex
    talk = await asked(shop, key, QUESTION)
    answer = await bench.ada.get(f"/projects/{bench.project}/inbox")
    seen = await bench.ada.get(f"/inbox/conversations/{talk}")
    assert key not in answer.text + seen.text
    assert (await listed(bench, talk) or {})["customer"].startswith("Visitor ")


async def test_the_list_goes_on_with_its_cursor_and_filters_by_status(bench: Bench) -> None:
    project = (await bench.ada.post("/projects", json={"name": "Many"})).json()["project"]["id"]
    shop = await open_shop(bench.site, UUID(project))
    talks = [await asked(shop, f"c{number}", UNKNOWN) for number in range(5)]
    await set_status(bench, talks[0], "resolved")
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "status": "active"}
    for _ in range(3):
        page = (await bench.ada.get(f"/projects/{project}/inbox", params=query)).json()
        seen += [each["id"] for each in page["conversations"]]
        assert page["counts"] == {"active": 4, "escalated": 0, "resolved": 1}
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    assert seen == [str(talk) for talk in talks[:0:-1]]
    for cursor in ("x", "%%%", "MjAyNiA=", "💩"):
        answer = await bench.ada.get(f"/projects/{project}/inbox", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    odd = await bench.ada.get(f"/projects/{project}/inbox", params={"status": "open"})
    assert odd.status_code == 400


async def test_a_reply_has_its_author_and_a_note_is_no_last_message(
    bench: Bench, shop: Shop
) -> None:
    talk = await asked(shop, "replied", QUESTION)
    base = f"/inbox/conversations/{talk}"
    sent = await bench.ada.post(f"{base}/reply", json={"body": "  On Monday, by noon. "})
    assert sent.status_code == 201, sent.text
    message = sent.json()["message"]
    assert (message["role"], message["body"]) == ("operator", "On Monday, by noon.")
    assert message["author"]["name"] == "Ada"
    noted = await bench.ada.post(f"{base}/note", json={"body": "He called twice."})
    assert noted.json()["message"]["role"] == "note"
    row = await listed(bench, talk)
    assert row is not None
    assert (row["lastMessage"]["body"], row["unread"]) == ("On Monday, by noon.", 0)
    roles = [each["role"] for each in (await thread(bench, talk))["messages"]]
    assert roles == ["user", "assistant", "operator", "note"]


@pytest.mark.parametrize("what", ["reply", "note"])
@pytest.mark.parametrize("body", ["", "   ", "\u0000", "a" * 8001, 7, None])
async def test_what_says_nothing_or_too_much_is_refused(
    bench: Bench, shop: Shop, what: str, body: object
) -> None:
    talk = await asked(shop, "empty", QUESTION)
    answer = await bench.ada.post(f"/inbox/conversations/{talk}/{what}", json={"body": body})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_reply_sent_twice_with_one_key_is_written_once(bench: Bench, shop: Shop) -> None:
    talk = await asked(shop, "twice", QUESTION)
    url, key = f"/inbox/conversations/{talk}/reply", {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(bench.ada.post(url, json={"body": "Yes."}, headers=key) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["message"]["id"] for answer in answers}) == 1
    other = await bench.ada.post(url, json={"body": "No."}, headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")
    roles = [each["role"] for each in (await thread(bench, talk))["messages"]]
    assert roles.count("operator") == 1


async def test_notes_never_reach_a_prompt_and_an_operator_s_words_do(
    bench: Bench, shop: Shop
) -> None:
    talk = await asked(shop, "prompted", QUESTION)
    base = f"/inbox/conversations/{talk}"
    await bench.ada.post(f"{base}/note", json={"body": "SECRETNOTE"})
    await bench.ada.post(f"{base}/reply", json={"body": "SPOKENWORD"})
    async with bench.site.services.database.transaction() as session:
        question = Message(conversation_id=talk, role="user", content="And then?")
        session.add(question)
        await session.flush()
        told = str(await asking.history(session, question))
    assert "SPOKENWORD" in told
    assert "SECRETNOTE" not in told


async def test_an_escalated_conversation_is_silent_until_it_is_given_back(
    bench: Bench, shop: Shop
) -> None:
    talk = await asked(shop, "handed", QUESTION)
    taken = await set_status(bench, talk, "escalated")
    assert (taken["status"], taken["statusReason"]) == ("escalated", "operator")
    assert await shop.say("handed", QUESTION) == (talk, None)
    assert (await listed(bench, talk, status="escalated") or {})["unread"] == 2
    assert (await set_status(bench, talk, "active"))["status"] == "active"
    await asked(shop, "handed", QUESTION)
    await set_status(bench, talk, "resolved")
    assert await listed(bench, talk, status="active") is None
    # A customer who comes back begins anew.
    await asked(shop, "handed", QUESTION)
    assert (await listed(bench, talk, status="active") or {})["statusReason"] == "customer"
    async with bench.site.services.database.session() as session:
        told = select(AuditEntry.action).where(AuditEntry.target_id == talk)
        actions = (await session.exec(told.order_by(col(AuditEntry.at)))).all()
    assert actions == [
        "conversation.escalated",
        "conversation.active",
        "conversation.resolved",
    ]


async def test_whoever_takes_over_stops_the_answer_that_is_being_written(
    bench: Bench, shop: Shop
) -> None:
    async with OpenAIServer() as upstream:
        await bench.add(upstream, "slow", ["stall-after-chunks"], isDefault=True)
        talk, answer = await shop.say("stopped", QUESTION)
        assert answer is not None

        async def writing() -> bool:
            messages = (await thread(bench, talk))["messages"]
            return messages[-1]["status"] == "streaming"

        await eventually_async(writing)
        await set_status(bench, talk, "escalated")
        ended = await shop.hears(answer)
        assert ended.finish_reason == "stopped"
        providers = (await bench.ada.get("/providers/admin")).json()["providers"]
        (slow,) = [each["id"] for each in providers if each["slug"] == "slow"]
        assert (await bench.ada.delete(f"/providers/{slow}")).is_success


async def test_a_customer_who_asks_for_a_person_gets_one(bench: Bench, shop: Shop) -> None:
    talk, answer = await shop.say("wanting", "Can I talk to a human?")
    assert answer is None
    row = await listed(bench, talk, status="escalated")
    assert row is not None
    assert (row["statusReason"], row["unread"]) == ("request", 1)
    deaf = await open_shop(bench.site, bench.project, escalation={"onRequest": False})
    _, answer = await deaf.say("wanting", "Can I talk to a human?")
    assert answer is not None
    await deaf.hears(answer)


async def test_answers_that_found_nothing_in_a_row_escalate(bench: Bench, shop: Shop) -> None:
    talk = await asked(shop, "lost", UNKNOWN)
    assert (await thread(bench, talk))["conversation"]["status"] == "active"
    await asked(shop, "lost", QUESTION)
    await asked(shop, "lost", UNKNOWN)
    assert (await thread(bench, talk))["conversation"]["status"] == "active"
    await asked(shop, "lost", UNKNOWN)
    found = (await thread(bench, talk))["conversation"]
    assert (found["status"], found["statusReason"]) == ("escalated", "unanswered")
    # What was before they were given it back does not count again.
    await set_status(bench, talk, "active")
    await asked(shop, "lost", UNKNOWN)
    assert (await thread(bench, talk))["conversation"]["status"] == "active"


@pytest.mark.parametrize(("many", "status"), [(0, "active"), (1, "escalated"), (3, "active")])
async def test_how_many_it_takes_is_the_integration_s_to_say(
    bench: Bench, many: int, status: str
) -> None:
    shop = await open_shop(bench.site, bench.project, escalation={"afterUnanswered": many})
    talk, answer = await shop.say("patient", UNKNOWN)
    assert answer is not None
    await shop.hears(answer)
    if many != 1:
        await asked(shop, "patient", UNKNOWN)
    assert (await thread(bench, talk))["conversation"]["status"] == status


async def test_what_closes_answers_never_waits_for_one_who_holds_the_conversation(
    bench: Bench, shop: Shop
) -> None:
    """The trigger passes it over; the next question looks once more."""
    await asked(shop, "held", UNKNOWN)
    talk, answer = await shop.say("held", UNKNOWN)
    assert answer is not None
    async with bench.site.services.database.transaction() as session:
        await session.exec(select(Conversation).where(Conversation.id == talk).with_for_update())
        async with asyncio.timeout(10):
            await shop.hears(answer)
    if (await thread(bench, talk))["conversation"]["status"] == "active":
        assert await shop.say("held", UNKNOWN) == (talk, None)
    assert (await thread(bench, talk))["conversation"]["status"] == "escalated"


async def test_people_s_own_conversations_are_in_no_inbox(bench: Bench) -> None:
    heard = await bench.ask()
    talk = heard.one("meta")["conversationId"]
    assert await listed(bench, talk) is None
    base = f"/inbox/conversations/{talk}"
    assert (await bench.ada.get(base)).status_code == 404
    for call, body in (("reply", {"body": "x"}), ("status", {"status": "escalated"})):
        assert (await bench.ada.post(f"{base}/{call}", json=body)).status_code == 404
    assert (await bench.ada.get(f"/inbox/conversations/{uuid4()}")).status_code == 404


async def test_reading_a_message_of_another_conversation_is_refused(
    bench: Bench, shop: Shop
) -> None:
    talk, other = await asked(shop, "one", QUESTION), await asked(shop, "other", QUESTION)
    strange = (await thread(bench, other))["messages"][0]["id"]
    url = f"/inbox/conversations/{talk}/read"
    assert (await bench.ada.post(url, json={"lastMessageId": strange})).status_code == 400


class Ear:
    """Hears the inbox's stream."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                    data = (await anext(self._lines)).removeprefix("data: ")
                    return name, json.loads(data)
        raise AssertionError("the stream has ended")

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            name, data = await self.next()
            if name == "conversation" and wanted(data):
                return data


@asynccontextmanager
async def listening(client: httpx.AsyncClient, project: UUID) -> AsyncGenerator[Ear]:
    async with client.stream("GET", f"/projects/{project}/inbox/events") as response:
        assert response.status_code == 200
        ear = Ear(response)
        assert await ear.next() == ("reset", {})
        yield ear


async def test_the_stream_tells_of_messages_statuses_and_of_what_was_read(
    bench: Bench, shop: Shop
) -> None:
    async with listening(bench.ada, bench.project) as ear:
        talk = await asked(shop, "live", QUESTION)
        found = await ear.until(lambda each: (each["lastMessage"] or {})["role"] == "assistant")
        assert (found["id"], found["unread"]) == (str(talk), 1)
        await bench.ada.post(f"/inbox/conversations/{talk}/reply", json={"body": "Hello."})
        found = await ear.until(lambda each: each["unread"] == 0)
        assert found["lastMessage"]["body"] == "Hello."
        await set_status(bench, talk, "resolved")
        await ear.until(lambda each: each["status"] == "resolved")


async def test_the_stream_ends_when_the_tier_is_lowered_below_edit(bench: Bench) -> None:
    bob, client = await colleague(bench.site, bench.project, "edit", "Bobby")
    async with client, client.stream("GET", f"/projects/{bench.project}/inbox/events") as response:
        pieces = response.aiter_bytes()
        await anext(pieces)
        async with bench.site.services.database.transaction() as session:
            await session.exec(update(Grant).where(col(Grant.user_id) == bob.id).values(tier="use"))
        since = monotonic()
        rest = b"".join([piece async for piece in pieces])
        assert monotonic() - since < 1.0
        assert b'"CANCELLED"' in rest
        again = await client.get(f"/projects/{bench.project}/inbox/events")
        assert again.status_code == 403
        assert (await client.get(f"/projects/{bench.project}/inbox")).status_code == 403
