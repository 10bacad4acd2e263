"""Asking over HTTP: the stream of section 5, and everything that may stand before it."""

import asyncio

import pytest
from sqlmodel import col, func, select
from uuid_utils.compat import uuid7

from app.chat.gathering import NOTHING_IN_DOCUMENTS
from app.chat.tables import Conversation, Message
from providers.errors import EmbedderFailed, StreamCut
from tests.http.chat.world import TEXT, Heard


async def test_a_question_gives_exactly_the_events_of_the_contract(world, ada):
    heard = await world.ask(ada)

    assert heard.response.status_code == 200
    assert heard.response.headers["content-type"].startswith("text/event-stream")
    assert heard.response.headers["cache-control"] == "no-store, no-transform"
    assert heard.response.headers["x-accel-buffering"] == "no"
    names = [name for name, _, _ in heard.events]
    assert names[:4] == ["meta", "status", "sources", "status"]
    assert set(names[4:-1]) == {"text"}
    assert names[-1] == "done"
    assert [number for _, number, _ in heard.events] == list(range(1, len(names) + 1))
    assert heard.text == "Net sales rose to 12 million in 2023 [1]. Costs fell."


async def test_a_citation_quotes_its_document_at_its_offsets(world, ada):
    heard = await world.ask(ada)

    done = heard.one("done")
    (citation,) = done["citations"]
    assert TEXT[citation["start"] : citation["end"]] == citation["quote"]
    assert (citation["index"], citation["support"]) == (1, "exact")
    assert (done["promptTokens"], done["completionTokens"], done["totalTokens"]) == (11, 7, 18)
    (source,) = heard.one("sources")["chunks"]
    assert source["id"] == citation["chunkId"] == str(world.chunk.id)


async def test_the_conversation_can_be_read_when_the_stream_has_ended(world, ada):
    heard = await world.ask(ada, "How were\nsales?")
    conversation_id = heard.one("meta")["conversationId"]

    got = (await ada.get(f"/chat/conversations/{conversation_id}")).json()["conversation"]

    question, answer = got["messages"]
    assert (got["title"], got["projectId"]) == ("How were sales?", str(world.project.id))
    assert (question["role"], question["content"]) == ("user", "How were\nsales?")
    assert (answer["status"], answer["content"]) == ("complete", heard.text)
    assert answer["citations"] == heard.one("done")["citations"]
    assert answer["model"] == "test/scripted"


async def test_a_follow_up_is_rewritten_and_knows_what_was_said(world, ada):
    first = await world.ask(ada, "How high were net sales in 2023?")
    conversation = first.one("meta")["conversationId"]

    second = await world.ask(ada, "And in 2022?", conversationId=conversation)

    assert world.search.queries[-1].text == "How high were net sales in 2022?"
    assert ("status", 2) in [(name, number) for name, number, _ in second.events]
    contents = [message.content for message in world.model.requests[-1].messages]
    assert "How high were net sales in 2023?" in contents
    assert not any("[1]" in text for text in contents[1:-1])


async def test_nothing_relevant_gives_a_kind_sentence_without_asking_a_model(world, ada):
    world.search.found.clear()

    heard = await world.ask(ada)

    assert heard.one("sources") == {"chunks": []}
    assert heard.text == NOTHING_IN_DOCUMENTS
    assert heard.one("done")["finishReason"] == "stop"
    assert heard.one("done")["citations"] == []
    assert world.model.requests == []


async def test_a_cut_answer_says_so_and_keeps_its_text(world, ada):
    world.model.error = StreamCut("the stream ended early")

    heard = await world.ask(ada)

    assert heard.events[-1][0] == "error"
    assert heard.events[-1][2] == {
        "type": "error",
        "message": "LLM_STREAM_CUT",
        "detail": "the stream ended early",
        "retryable": True,
    }
    conversation = heard.one("meta")["conversationId"]
    got = (await ada.get(f"/chat/conversations/{conversation}")).json()["conversation"]
    assert got["messages"][1]["status"] == "failed"
    assert got["messages"][1]["content"] == heard.text != ""


async def test_a_broken_embedder_is_an_error_event(world, ada):
    world.search.error = EmbedderFailed("the model is away")

    heard = await world.ask(ada)

    assert [name for name, _, _ in heard.events] == ["meta", "status", "error"]
    assert heard.one("error")["message"] == "EMBEDDER_ERROR"


async def test_an_empty_answer_is_not_called_whole(world, ada):
    world.model.deltas = ["[9]"]

    heard = await world.ask(ada)

    assert heard.events[-1][2]["message"] == "LLM_API_ERROR"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"message": ""}, 400, "invalid_request"),
        ({"message": " \n\x00"}, 400, "invalid_request"),
        ({"message": "x" * 8001}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"message": 5}, 400, "invalid_request"),
        ({"message": "?", "conversationId": "no"}, 400, "invalid_request"),
        ({"message": "?", "mode": "other"}, 400, "invalid_request"),
        ({"message": "?", "conversationId": str(uuid7())}, 404, "not_found"),
        ({"message": "?", "documentIds": [str(uuid7())]}, 400, "invalid_request"),
        ({"message": "?", "modelId": "nobody/nothing"}, 422, "unknown_model"),
        ({"message": "?", "mode": "web"}, 422, "mode_unavailable"),
        ({"message": "?", "mode": "deep"}, 422, "mode_unavailable"),
    ],
)
async def test_a_bad_question_is_refused_before_the_stream(world, ada, body, status, code):
    response = await ada.post(f"/chat/projects/{world.project.id}", json=body)

    assert (response.status_code, response.json()["error"]) == (status, code)
    async with world.database.session() as session:
        assert (await session.exec(select(func.count()).select_from(Message))).one() == 0
        assert (await session.exec(select(func.count()).select_from(Conversation))).one() == 0


async def test_documents_of_another_project_are_refused_and_never_searched(world, ada):
    heard = await world.ask(ada, documentIds=[str(world.document.id), str(world.foreign.id)])

    assert heard.response.status_code == 400
    assert world.search.queries == []


async def test_chosen_documents_are_the_only_ones_searched(world, ada):
    await world.ask(ada, documentIds=[str(world.document.id)])

    assert world.search.queries[0].document_ids == (world.document.id,)


async def test_a_project_that_is_closed_to_the_caller_is_refused(world, eve):
    response = await eve.post(f"/chat/projects/{world.closed.id}", json={"message": "?"})

    assert (response.status_code, response.json()["error"]) == (403, "project_access_denied")


async def test_a_repeated_question_with_its_key_is_one_question(world, ada):
    world.model.hold_before = 1
    headers = {"Idempotency-Key": "k-1"}
    asked = [asyncio.create_task(world.ask(ada, headers=headers)) for _ in range(10)]
    await asyncio.sleep(0.2)
    world.model.go.set()
    first, *others = await asyncio.gather(*asked)
    later = await world.ask(ada, headers=headers)

    assert {heard.raw for heard in (*others, later)} == {first.raw}
    async with world.database.session() as session:
        roles = select(Message.role, func.count()).group_by(col(Message.role))
        assert dict((await session.exec(roles)).all()) == {"user": 1, "assistant": 1}
    assert len(world.model.requests) == 1


async def test_a_key_with_another_body_is_a_conflict(world, ada):
    await world.ask(ada, headers={"Idempotency-Key": "k-1"})

    again = await world.ask(ada, "Something else?", headers={"Idempotency-Key": "k-1"})

    assert again.response.status_code == 409
    assert again.response.json()["error"] == "idempotency_conflict"


async def test_a_key_whose_answer_was_deleted_says_so(world, ada):
    heard = await world.ask(ada, headers={"Idempotency-Key": "k-1"})
    await ada.delete(f"/chat/conversations/{heard.one('meta')['conversationId']}")

    again = await world.ask(ada, headers={"Idempotency-Key": "k-1"})

    assert again.response.status_code == 404


async def test_a_key_belongs_to_its_caller(world, ada, eve):
    mine = await world.ask(ada, headers={"Idempotency-Key": "k-1"})
    theirs = await world.ask(eve, headers={"Idempotency-Key": "k-1"})

    assert theirs.response.status_code == 200
    assert theirs.message_id != mine.message_id


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_a_key_of_an_odd_length_is_refused(world, ada, key):
    heard = await world.ask(ada, headers={"Idempotency-Key": key})

    assert heard.response.status_code == 400


async def test_of_two_racing_questions_in_a_conversation_one_is_refused(world, ada):
    conversation = (await world.ask(ada)).one("meta")["conversationId"]
    world.model.hold_before = 1
    racing = [
        asyncio.create_task(world.ask(ada, f"{n}?", conversationId=conversation)) for n in (1, 2)
    ]
    done, _ = await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
    refused: Heard = done.pop().result()
    world.model.go.set()
    answers = [await task for task in racing]

    assert refused.response.status_code == 409
    assert refused.response.json()["error"] == "generation_in_progress"
    assert sorted(heard.response.status_code for heard in answers) == [200, 409]
    async with world.database.session() as session:
        questions = select(func.count()).where(col(Message.role) == "user")
        assert (await session.exec(questions)).one() == 2
