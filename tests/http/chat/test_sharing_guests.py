"""Sharing, from the side of those who hold a link and nothing else (wire contract, section 9)."""

import asyncio
import json
import logging
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, delete, select, update

from app.chat.tables import Conversation, Message
from app.integrations.tables import RateBucket
from app.sharing.guests import QUESTIONS_A_MINUTE
from app.sharing.showing import FAILED
from app.telemetry import blackened
from tests.http.chat.bench import QUESTION, RENT, Bench
from tests.http.chat.sharing import (
    FOLLOW_UP,
    UNKNOWN,
    Shared,
    answered_by,
    member,
    run,
    share,
)
from tests.http.chat.world import Heard, read_events
from tests.upstreams.openai_server import OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_anybody_with_the_link_reads_what_was_said_with_its_quotes(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    answer = await guest.get(link.path)
    assert answer.status_code == 200
    told = answer.json()
    question, reply = told["conversation"]["messages"]
    assert (question["role"], question["content"]) == ("user", QUESTION)
    (cited, *_) = reply["citations"]
    assert cited["quote"] in RENT
    assert cited["documentName"] == "rent.txt"
    assert cited.keys() == {"index", "documentName", "pageNumber", "quote", "support"}
    assert told["share"]["allowFollowUps"] is False
    assert not reply["isFollowUp"]


async def test_nothing_that_a_guest_gets_is_kept_indexed_or_told_to_others(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=1)
    answers = [
        await guest.get(link.path),
        await guest.post(f"{link.path}/messages", json=FOLLOW_UP),
        await guest.get(f"/share/{UNKNOWN}"),
        await guest.get(f"/app/share/{link.token}"),
    ]
    for answer in answers:
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "no-store" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers


async def test_what_happens_later_to_the_conversation_does_not_show(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    before = (await guest.get(link.path)).json()
    body = {"message": "Who is paid?", "conversationId": link.conversation}
    await bench.ada.post(f"/chat/projects/{bench.project}", json=body)
    kept = (await bench.ada.get(f"/chat/conversations/{link.conversation}")).json()
    assert len(kept["conversation"]["messages"]) == 4
    await bench.ada.post(f"/chat/messages/{kept['conversation']['messages'][1]['id']}/regenerate")
    await bench.ada.patch(f"/chat/conversations/{link.conversation}", json={"title": "Secret"})
    assert (await guest.get(link.path)).json() == before


async def test_a_guest_sees_no_id_of_a_document_a_passage_or_a_person(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    heard = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    shown = heard.raw.decode() + (await guest.get(link.path)).text
    documents = (await bench.ada.get(f"/documents/projects/{bench.project}")).json()["documents"]
    chunks = (await bench.ada.get(f"/documents/{documents[0]['id']}/chunks")).json()["chunks"]
    me = (await bench.ada.get("/auth/me")).json()["user"]
    secret = [str(bench.project), link.conversation, me["id"], me["email"], link.share]
    for word in [*secret, *(each["id"] for each in (*documents, *chunks))]:
        assert word not in shown


async def test_a_follow_up_streams_in_the_native_dialect_with_quotes_alone(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    heard = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    names = [name for name, _, _ in heard.events]
    assert (names[0], names[-1]) == ("meta", "done")
    assert [number for _, number, _ in heard.events] == list(range(1, len(names) + 1))
    chunks = heard.one("sources")["chunks"]
    assert {(each["snippet"], each["documentId"]) for each in chunks} == {("", None)}
    cited = heard.one("done")["citations"]
    assert cited
    for each in cited:
        assert each["quote"] in RENT
        assert each["documentId"] is None
        assert each["chunkId"] in [chunk["id"] for chunk in chunks]

    told = (await guest.get(link.path)).json()
    assert [each["isFollowUp"] for each in told["conversation"]["messages"]] == [
        False, False, True, True,
    ]  # fmt: skip
    assert told["conversation"]["messages"][-1]["content"] == heard.text
    assert told["share"]["followUpsLeft"] == 1
    mine = (await bench.ada.get(f"/chat/conversations/{link.conversation}")).json()
    assert len(mine["conversation"]["messages"]) == 2
    listed = await bench.ada.get(f"/chat/projects/{bench.project}/conversations")
    assert heard.one("meta")["conversationId"] not in listed.text


async def test_a_follow_up_knows_what_was_said_before(
    bench: Bench, guest: httpx.AsyncClient, upstream: OpenAIServer
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    async with answered_by(bench, upstream, "plain"):
        heard = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    assert heard.one("meta")["model"] == "lumen"
    assert QUESTION in json.dumps([each.body for each in upstream.requests])


async def test_a_guest_is_not_told_what_the_provider_said_when_it_failed(
    bench: Bench, guest: httpx.AsyncClient, upstream: OpenAIServer
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    async with answered_by(bench, upstream, "cut-close"):
        heard = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    assert heard.one("error")["detail"] == FAILED
    assert heard.one("error")["message"] == "LLM_STREAM_CUT"


async def test_an_answer_is_read_again_from_where_it_was_cut(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    heard = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    path = f"{link.path}/messages/{heard.message_id}/stream"
    assert (await guest.get(path)).content == heard.raw
    rest = await guest.get(path, headers={"Last-Event-ID": "2"})
    assert heard.raw.endswith(rest.content)
    assert read_events(rest.content)[0][1] == 3


async def test_a_link_leads_to_no_other_answer(bench: Bench, guest: httpx.AsyncClient) -> None:
    link, other = await share(bench, bench.ada), await share(bench, bench.ada, maxFollowUps=1)
    theirs = Heard(await guest.post(f"{other.path}/messages", json=FOLLOW_UP))
    mine = (await bench.ada.get(f"/chat/conversations/{link.conversation}")).json()
    for message in (theirs.message_id, mine["conversation"]["messages"][1]["id"]):
        answer = await guest.get(f"{link.path}/messages/{message}/stream")
        assert answer.status_code == 404


async def test_the_budget_holds_when_many_guests_ask_at_once(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)

    async def ask() -> int:
        while True:
            answer = await guest.post(f"{link.path}/messages", json=FOLLOW_UP)
            if answer.status_code != 409:  # Another guest's question is being answered.
                return answer.status_code
            await run(bench, delete(RateBucket))

    assert sorted(await asyncio.gather(*(ask() for _ in range(4)))) == [200, 200, 403, 403]
    spent = await guest.post(f"{link.path}/messages", json=FOLLOW_UP)
    assert (spent.status_code, spent.json()["error"]) == (403, "follow_ups_spent")
    told = (await guest.get(link.path)).json()
    assert told["share"]["followUpsLeft"] == 0
    assert len(told["conversation"]["messages"]) == 6


async def test_a_question_that_is_refused_costs_nothing(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=2)
    for message in ("", "   ", "x" * 8_001):
        answer = await guest.post(f"{link.path}/messages", json={"message": message})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await guest.get(link.path)).json()["share"]["followUpsLeft"] == 2


async def test_the_same_request_again_is_the_same_question(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=1)
    path, key = f"{link.path}/messages", {"Idempotency-Key": "once"}
    first, second = await asyncio.gather(
        *(guest.post(path, json=FOLLOW_UP, headers=key) for _ in range(2))
    )
    assert first.content == second.content
    other = await guest.post(path, json={"message": "Else?"}, headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")
    assert (await guest.get(link.path)).json()["share"]["followUpsLeft"] == 0


async def test_a_link_for_reading_takes_no_questions(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    answer = await guest.post(f"{link.path}/messages", json=FOLLOW_UP)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


async def test_an_address_asks_so_many_questions_a_minute(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    path = f"{link.path}/messages"
    for _ in range(QUESTIONS_A_MINUTE):
        assert (await guest.post(path, json=FOLLOW_UP)).status_code == 403
    answer = await guest.post(path, json=FOLLOW_UP)
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("token", [UNKNOWN, "nothing", "lumen_int_x", "lumen_share_é"])
async def test_an_unknown_token_opens_nothing(
    bench: Bench, guest: httpx.AsyncClient, token: str
) -> None:
    del bench
    for answer in (
        await guest.get(f"/share/{token}"),
        await guest.post(f"/share/{token}/messages", json=FOLLOW_UP),
        await guest.get(f"/share/{token}/messages/{UUID(int=1)}/stream"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_a_web_address_that_is_none_is_not_passed_on(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    cited = {
        "index": 1, "chunk_id": str(UUID(int=7)), "document_id": None, "document_name": "Page",
        "page_number": None, "start": 0, "end": 1, "quote": "Q", "support": "exact",
    }  # fmt: skip
    urls = ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://fine.example/a"]
    citations = [{**cited, "url": url} for url in urls]
    mine = await _own_conversation(bench, link)
    await run(
        bench,
        update(Message)
        .where(col(Message.conversation_id) == mine, col(Message.role) == "assistant")
        .values(citations=citations),
    )
    shown = (await guest.get(link.path)).json()["conversation"]["messages"][1]["citations"]
    assert [each.get("url") for each in shown] == [None, None, None, "https://fine.example/a"]


async def test_no_other_route_takes_the_token_and_no_credential_takes_its_place(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    async with member(bench, "tomo") as (_, client):
        link = await share(bench, client)
        bearer = {"Authorization": f"Bearer {link.token}"}
        for path in (
            "/auth/me",
            "/projects",
            "/shares",
            f"/chat/conversations/{link.conversation}",
        ):
            assert (await guest.get(path, headers=bearer)).status_code == 401
        assert (await client.get(f"/share/{link.share}")).status_code == 404


async def test_the_request_log_holds_no_token(
    bench: Bench, guest: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    link = await share(bench, bench.ada, maxFollowUps=1)
    with caplog.at_level(logging.DEBUG):
        await guest.get(link.path)
        await guest.post(f"{link.path}/messages", json=FOLLOW_UP)
        await guest.get(f"/app/share/{link.token}")
        metrics = await guest.get("/metrics")
    ours = [each for each in caplog.records if each.name.startswith(("lumen", "app"))]
    assert any("/share/lumen_share_…" in each.getMessage() for each in ours)
    assert not [each for each in ours if link.token in repr(each.__dict__)]
    assert link.token not in metrics.text
    assert link.token not in blackened(f"GET /app/share/{link.token} 200")


async def _own_conversation(bench: Bench, link: Shared) -> UUID:
    query = select(Conversation.id).where(Conversation.share_id == UUID(link.share))
    async with bench.site.services.database.session() as session:
        return (await session.exec(query)).one()
