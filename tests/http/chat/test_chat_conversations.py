"""Conversations: listing, naming, finding, exporting, and the sources behind their answers."""

import pytest
from uuid_utils.compat import uuid7

from ingest.corpus.tables import Chunk, Document, Page, Project


async def test_conversations_are_listed_newest_first_with_their_counts(world, ada, eve):
    first = (await world.ask(ada, "First?")).one("meta")["conversationId"]
    second = (await world.ask(ada, "Second?")).one("meta")["conversationId"]
    await world.ask(ada, "Third?", conversationId=first)
    await world.ask(eve, "Hers?")

    listed = (await ada.get(f"/chat/projects/{world.project.id}/conversations")).json()

    shown = [(each["id"], each["messageCount"], each["_count"]) for each in listed["conversations"]]
    assert shown == [(first, 4, {"messages": 4}), (second, 2, {"messages": 2})]


async def test_a_conversation_is_renamed_pinned_and_deleted(world, ada):
    conversation = (await world.ask(ada)).one("meta")["conversationId"]
    url = f"/chat/conversations/{conversation}"

    changed = await ada.patch(url, json={"title": " New \n name ", "isPinned": True})
    refused = await ada.patch(url, json={"title": "  "})
    removed = await ada.delete(url)

    assert changed.json()["conversation"]["title"] == "New name"
    assert changed.json()["conversation"]["isPinned"] is True
    assert refused.status_code == 400
    assert removed.json() == {"id": conversation, "success": True}
    assert (await ada.get(url)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_somebody_elses_conversation_is_not_there(world, ada, eve, method):
    conversation = (await world.ask(eve)).one("meta")["conversationId"]

    response = await ada.request(
        method, f"/chat/conversations/{conversation}", json={} if method == "PATCH" else None
    )

    assert response.status_code == 404
    assert (await world.ask(ada, conversationId=conversation)).response.status_code == 404
    export = await ada.get(f"/chat/conversations/{conversation}/export")
    assert export.status_code == 404


async def test_lost_access_to_the_project_closes_its_conversations(world, eve):
    heard = await world.ask(eve)
    conversation = heard.one("meta")["conversationId"]
    async with world.database.transaction() as session:
        (await session.get_one(Project, world.project.id)).is_private = True

    assert (await eve.get(f"/chat/conversations/{conversation}")).status_code == 404
    assert (await eve.get(f"/chat/messages/{heard.message_id}/stream")).status_code == 404
    assert (await eve.get("/chat/recent")).json() == {"conversations": []}


async def test_recent_and_search_show_the_callers_own(world, ada, eve):
    await world.ask(ada, "About 100% wool?")
    await world.ask(eve, "About wool?")

    recent = (await ada.get("/chat/recent")).json()["conversations"]
    found = (await ada.get("/chat/search", params={"q": "100%"})).json()["conversations"]
    by_answer = (await ada.get("/chat/search", params={"q": "NET SALES"})).json()["conversations"]
    nothing = (await ada.get("/chat/search", params={"q": "10_%"})).json()["conversations"]

    assert [each["title"] for each in recent] == ["About 100% wool?"]
    assert recent[0]["project"] == {
        "id": str(world.project.id),
        "name": "Reports",
        "color": world.project.color,
    }
    assert recent == found == by_answer
    assert nothing == []


async def test_an_export_holds_the_answers_with_their_quotes(world, ada):
    conversation = (await world.ask(ada, "Sales?")).one("meta")["conversationId"]

    markdown = await ada.get(f"/chat/conversations/{conversation}/export?format=md")
    as_json = await ada.get(f"/chat/conversations/{conversation}/export?format=json")

    assert markdown.headers["content-type"].startswith("text/markdown")
    assert markdown.headers["content-disposition"] == 'attachment; filename="sales.md"'
    assert "[1] Reports.txt, page 1: “Net sales rose to 12 million in 2023”" in markdown.text
    assert as_json.json() == (await ada.get(f"/chat/conversations/{conversation}")).json()
    wrong = await ada.get(f"/chat/conversations/{conversation}/export?format=exe")
    assert wrong.status_code == 400


async def test_feedback_is_kept_with_the_answer(world, ada):
    heard = await world.ask(ada)

    given = await ada.put(
        f"/chat/messages/{heard.message_id}/feedback", json={"rating": "down", "comment": "No."}
    )
    refused = await ada.put(
        f"/chat/messages/{heard.message_id}/feedback", json={"rating": "sideways"}
    )

    assert (given.status_code, refused.status_code) == (200, 400)
    conversation = heard.one("meta")["conversationId"]
    got = (await ada.get(f"/chat/conversations/{conversation}")).json()["conversation"]
    assert got["messages"][1]["feedback"] == "down"


async def test_the_config_names_the_modes(ada):
    assert (await ada.get("/chat/config")).json() == {"docs": True, "web": False, "deep": False}


async def test_a_live_passage_is_shown_in_its_context(world, ada):
    source = (await ada.get(f"/chat/chunks/{world.chunk.id}/source")).json()

    assert source == {
        "documentId": str(world.document.id),
        "documentName": "Reports.txt",
        "pageNumber": 1,
        "chunkId": str(world.chunk.id),
        "snippet": world.chunk.text,
        "context": source["context"],
        "start": 0,
        "end": 62,
        "rects": [],
        "stale": False,
    }
    assert source["snippet"] in source["context"]
    assert source["context"].endswith("The weather was mild.")


async def test_a_cited_passage_stays_readable_when_its_document_changes_and_goes(world, ada, eve):
    await world.ask(ada)
    url = f"/chat/chunks/{world.chunk.id}/source"
    async with world.database.transaction() as session:
        await session.delete(await session.get_one(Chunk, world.chunk.id))
        page = await session.get_one(Page, (world.document.id, 1))
        page.text = "Other words now. " + page.text[17:]
        document = await session.get_one(Document, world.document.id)
        document.version = document.ready_version = 2
        session.add_all([page, document])
    changed = await ada.get(url)
    async with world.database.transaction() as session:
        await session.delete(await session.get_one(Document, world.document.id))
    gone = await ada.get(url)
    async with world.database.transaction() as session:
        (await session.get_one(Project, world.project.id)).is_private = True

    assert changed.json()["stale"] is True
    assert changed.json()["snippet"] == world.chunk.text
    assert (gone.status_code, gone.json()["error"]) == (410, "gone")
    assert gone.json()["quote"] == world.chunk.text
    assert (await eve.get(url)).status_code == 403


async def test_a_passage_that_never_was_is_not_found(ada):
    assert (await ada.get(f"/chat/chunks/{uuid7()}/source")).status_code == 404
