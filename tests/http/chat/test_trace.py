"""Why an answer was written from its passages, as those hear it who look after the project."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import select

from app.chat.tables import AnswerTrace
from retrieval.fusion import DENSE_WEIGHT
from retrieval.passage import Ranks
from retrieval.relevance import Evidence
from retrieval.trace import Candidate, SearchTrace
from tests.http.chat.bench import QUESTION, RENT, Bench
from tests.http.chat.world import TEXT, Heard, World
from tests.waiting import eventually_async

ELSEWHERE = "Which comet did Halley describe?"
ON_THE_SITE = pytest.mark.asyncio(loop_scope="module")
HARBOUR = "The harbour master keeps the ledger of every ship that enters the bay."


async def trace_of(client: httpx.AsyncClient, message_id: str) -> Any:
    answer = await client.get(f"/chat/messages/{message_id}/trace")
    assert answer.status_code == 200, answer.text
    return answer.json()["trace"]


async def kept(world: World, message_id: str) -> AnswerTrace | None:
    async with world.database.session() as session:
        query = select(AnswerTrace).where(AnswerTrace.message_id == UUID(message_id))
        return (await session.exec(query)).one_or_none()


def made_up(world: World, *, relevant: bool = True) -> SearchTrace:
    """A trace with the world's chunk, one whose passage was not sent, and one that is gone."""

    def candidate(place: int, chunk: UUID, document: UUID, name: str, **rest: Any) -> Candidate:
        return Candidate(
            chunk_id=chunk,
            document_id=document,
            document_name=name,
            document_version=1,
            page_number=4,
            place=place,
            fused_place=place,
            score=1 / place,
            similarity=0.5,
            ranks=Ranks(place, None),
            **rest,
        )

    lost = uuid4()
    return SearchTrace(
        question="Sales?",
        relevant=relevant,
        evidence=Evidence(0.5, 0.25, 1.0, None),
        told=0.6,
        threshold=0.42,
        meaning_weight=0.6,
        words_weight=1.0,
        by_meaning=3,
        by_words=0,
        considered=3,
        reranked=False,
        candidates=(
            candidate(
                1, world.chunk.id, world.document.id, "Reports.txt",
                fate="taken", passage=world.chunk.id,
            ),
            candidate(2, lost, world.document.id, "Reports.txt", fate="taken", passage=lost),
            candidate(3, uuid4(), uuid4(), "shredded.pdf", fate="repeated"),
        ),
    )  # fmt: skip


@ON_THE_SITE
async def test_an_answer_tells_what_it_was_written_from_and_why(bench: Bench) -> None:
    heard = await bench.ask()

    trace = await trace_of(bench.ada, heard.message_id)

    assert (trace["question"], trace["relevant"], trace["reranked"]) == (QUESTION, True, False)
    assert trace["told"] >= trace["threshold"]
    assert trace["evidence"]["coverage"] > 0
    meaning = pytest.approx(DENSE_WEIGHT * trace["evidence"]["trust"], abs=1e-3)
    assert trace["weights"] == {"meaning": meaning, "words": 1.0}
    (candidate,) = trace["candidates"]
    (source,) = heard.one("sources")["chunks"]
    assert candidate["chunkId"] == source["id"]
    assert (candidate["byMeaning"], candidate["byWords"], candidate["place"]) == (1, 1, 1)
    assert (candidate["fate"], candidate["source"], candidate["cited"]) == ("taken", 1, True)
    assert (candidate["documentName"], candidate["snippet"]) == ("rent.txt", RENT)
    assert not candidate["gone"]


@ON_THE_SITE
async def test_an_answer_that_found_nothing_tells_what_was_not_enough(bench: Bench) -> None:
    heard = Heard(
        await bench.ada.post(f"/chat/projects/{bench.project}", json={"message": ELSEWHERE})
    )
    assert heard.one("sources") == {"chunks": []}

    trace = await trace_of(bench.ada, heard.message_id)

    assert not trace["relevant"]
    assert trace["told"] < trace["threshold"]
    (candidate,) = trace["candidates"]
    assert (candidate["fate"], candidate["source"], candidate["cited"]) == (
        "not_relevant",
        None,
        False,
    )


@ON_THE_SITE
async def test_a_follow_up_tells_the_question_that_was_looked_for(bench: Bench) -> None:
    first = await bench.ask()
    body = {"message": "And the landlord?", "conversationId": first.one("meta")["conversationId"]}
    heard = Heard(await bench.ada.post(f"/chat/projects/{bench.project}", json=body))
    rewritten = [data["detail"] for _, _, data in heard.events if data.get("stage") == "rewriting"]

    trace = await trace_of(bench.ada, heard.message_id)

    assert trace["question"] == rewritten[-1] != "And the landlord?"


@ON_THE_SITE
async def test_what_was_deleted_since_is_told_by_its_name_alone(bench: Bench) -> None:
    made = (await bench.ada.post("/projects", json={"name": "Harbour"})).json()["project"]["id"]
    files = [("files", ("harbour.txt", HARBOUR.encode()))]
    async with bench.site.working():
        sent = await bench.ada.post(f"/documents/projects/{made}", files=files)
        document = sent.json()["documents"][0]["id"]

        async def ready() -> bool | None:
            found = (await bench.ada.get(f"/documents/{document}")).json()["document"]
            return found["status"] == "ready" or None

        await eventually_async(ready)
        asked = {"message": "Who keeps the ledger of ships?"}
        heard = Heard(await bench.ada.post(f"/chat/projects/{made}", json=asked))
        assert (await trace_of(bench.ada, heard.message_id))["candidates"][0]["snippet"] == HARBOUR
        deleted = await bench.ada.delete(f"/documents/{document}")
        assert deleted.is_success

    (candidate,) = (await trace_of(bench.ada, heard.message_id))["candidates"]

    assert (candidate["documentName"], candidate["gone"]) == ("harbour.txt", True)
    assert candidate["snippet"] is None


async def test_what_became_of_each_is_told_to_the_end(world: World, ada) -> None:
    world.search.trace = made_up(world)
    heard = await world.ask(ada)

    first, unsent, gone = (await trace_of(ada, heard.message_id))["candidates"]

    assert (first["fate"], first["source"], first["cited"]) == ("taken", 1, True)
    assert first["snippet"] == TEXT[:62]
    assert (unsent["fate"], unsent["source"], unsent["gone"]) == ("over_prompt", None, False)
    assert (gone["fate"], gone["gone"], gone["snippet"]) == ("repeated", True, None)
    assert gone["documentName"] == "shredded.pdf"


async def test_nothing_of_a_document_is_kept_but_its_name(world: World, ada) -> None:
    world.search.trace = made_up(world)
    heard = await world.ask(ada)

    found = await kept(world, heard.message_id)

    assert found is not None
    assert "Net sales" not in json.dumps(found.data)
    assert set(found.data["candidates"][0]) == set(Candidate.__dataclass_fields__)


async def test_where_no_documents_were_searched_there_is_no_trace(wired: World, reader) -> None:
    wired.search.trace = made_up(wired)

    by_web = await wired.ask(reader, "Who weaves?", mode="web")
    beside = await wired.ask(
        reader, "Who weaves?", mode="web", documentIds=[str(wired.document.id)]
    )

    assert await trace_of(reader, by_web.message_id) is None
    assert (await trace_of(reader, beside.message_id))["question"] == "Sales?"


@pytest.mark.parametrize("how", ["research", "none kept"])
async def test_a_research_has_the_documents_trace_and_an_old_answer_none(
    wired: World, reader, how: str
) -> None:
    wired.search.trace = made_up(wired) if how == "research" else None
    mode = {"mode": "deep"} if how == "research" else {}
    heard = await wired.ask(reader, "Who weaves?", documentIds=[str(wired.document.id)], **mode)

    trace = await trace_of(reader, heard.message_id)

    assert (trace and trace["question"]) == ("Sales?" if how == "research" else None)


async def test_a_trace_goes_with_its_conversation(world: World, ada) -> None:
    world.search.trace = made_up(world)
    heard = await world.ask(ada)
    assert await kept(world, heard.message_id) is not None

    await ada.delete(f"/chat/conversations/{heard.one('meta')['conversationId']}")

    assert await kept(world, heard.message_id) is None
    assert (await ada.get(f"/chat/messages/{heard.message_id}/trace")).status_code == 404


async def test_who_may_only_ask_is_not_told_what_else_there_is(world: World, eve) -> None:
    world.search.trace = made_up(world)
    heard = await world.ask(eve)
    assert heard.text

    answer = await eve.get(f"/chat/messages/{heard.message_id}/trace")

    assert answer.status_code == 403
    assert "shredded" not in answer.text
