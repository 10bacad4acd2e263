"""Passages as the documents have them, and what finding them costs."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.db.engine import Database
from providers.contract import Vectors
from providers.local.embedder import LocalEmbedder
from retrieval.search import MOST_RANKED, Search, SearchQuery
from tests.evaluation.corpus import Shelf
from tests.waiting import eventually

LINES = [f"Berth {n} takes vessels of up to {n * 7} metres." for n in range(40)]


@contextmanager
def statements(database: Database) -> Generator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(cast("str", arguments[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.parametrize("gaps", [False, True])
async def test_neighbours_are_joined_over_page_breaks_with_their_white_space(
    shelf: Shelf, search: Search, *, gaps: bool
) -> None:
    project = await shelf.project()
    pages = ["".join(f"  {line}\t\n\n" for line in LINES[at : at + 3]) for at in range(0, 40, 3)]
    document = await shelf.add(project, "berths.pdf", pages, chunks=LINES, gaps=gaps)
    whole = "".join(pages)

    outcome = await search.passages(SearchQuery(project, "Which berth takes 133 metres?", limit=3))

    assert outcome.passages
    for passage in outcome.passages:
        assert passage.document_id == document
        assert passage.text == whole[passage.start : passage.end]
    best = outcome.passages[0]
    assert LINES[19] in best.text
    assert any(LINES[near] in best.text for near in (18, 20))


@pytest.mark.parametrize("paged", [False, True])
async def test_a_search_is_four_statements_and_finding_pages_one_more(
    database: Database, shelf: Shelf, search: Search, *, paged: bool
) -> None:
    project = await shelf.project()
    for name in ("a.txt", "b.txt", "c.txt"):
        whole = "\n".join(LINES)
        await shelf.add(project, name, [whole, "."] if paged else whole, chunks=LINES)
    query = SearchQuery(project, "Which berth takes 133 metres?")

    with statements(database) as ranked:
        await search.ranked(query)
    with statements(database) as passages:
        await search.passages(query)

    assert len(ranked) == 4
    assert len(passages) == 4 + paged


async def test_an_empty_project_is_looked_at_and_not_searched(
    database: Database, search: Search
) -> None:
    with statements(database) as sent:
        assert await search.ranked(SearchQuery(uuid4(), "berth 7")) == []

    assert len(sent) == 1


async def test_no_connection_is_held_for_a_model_that_takes_its_time(
    database: Database, shelf: Shelf, embedder: LocalEmbedder
) -> None:
    project = await shelf.project()
    await shelf.add(project, "a.txt", "\n".join(LINES), chunks=LINES)

    class Watching:
        name, dimensions, max_tokens = embedder.name, embedder.dimensions, embedder.max_tokens
        embed_passages = embedder.embed_passages

        async def embed_query(self, text: str) -> Vectors:
            held = database.engine.pool.checkedout
            await eventually(lambda: held() == 1)  # It is looked for by words meanwhile.
            await eventually(lambda: held() == 0)
            return await embedder.embed_query(text)

    assert await Search(database.transaction, Watching()).ranked(SearchQuery(project, "berth 7"))


async def test_the_list_ends_at_its_limit(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "a.txt", "\n".join(LINES), chunks=LINES)

    found = await search.ranked(SearchQuery(project, "berth 7", limit=10_000))
    few = await search.ranked(SearchQuery(project, "berth 7", limit=3))

    assert len(found) == len(LINES) <= MOST_RANKED
    assert [passage.chunk_id for passage in few] == [passage.chunk_id for passage in found[:3]]


async def test_passages_keep_within_the_token_budget(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "a.txt", "\n".join(LINES), chunks=LINES)

    outcome = await search.passages(SearchQuery(project, "berth 7", token_budget=50))

    assert 0 < sum(passage.token_count for passage in outcome.passages) <= 50


async def test_a_question_foreign_to_the_documents_is_not_relevant(
    shelf: Shelf, search: Search
) -> None:
    project = await shelf.project()
    await shelf.add(project, "a.txt", "\n".join(LINES), chunks=LINES)

    outcome = await search.passages(SearchQuery(project, "Who composed the opera Fidelio?"))

    assert not outcome.relevant
    assert outcome.evidence.similarity < 0.4


@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.characters(), max_size=60))
async def test_any_text_can_be_asked(search: Search, shelf: Shelf, text: str) -> None:
    project = await shelf.project()
    await shelf.add(project, "a.txt", LINES[0], chunks=LINES[:1])

    found = await search.ranked(SearchQuery(project, text))

    assert len(found) <= 1
