"""A new version embeds what is new in it; the rest keeps its ids and vectors."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import func
from sqlmodel import col, select, update

from ingest.chunking import TextChunk
from ingest.corpus import documents, kept, spaces
from ingest.corpus.tables import Chunk, ChunkVector, Document
from ingest.intake import Upload
from ingest.pipeline import Pipeline
from providers.contract import Embedder, TokenCounter
from tests.fixtures.pdf import lines, pdf
from tests.jobs.conftest import House, in_pieces
from tests.jobs.counting import CountingEmbedder
from tests.jobs.sql import LOCK_WAITS
from tests.waiting import eventually_async

PAGES = 300
CHANGED = 150


@dataclass
class Reader:
    """The house's pipeline with a model that counts."""

    house: House
    model: CountingEmbedder

    async def first(self, name: str, content: bytes) -> Document:
        return await self._read((await self.house.upload(name, content)).document.id)

    async def then(self, document: Document, content: bytes) -> Document:
        upload = Upload(document.name, in_pieces(content), self.house.project_id, None)
        await self.house.intake.replace(document.id, upload)
        return await self._read(document.id)

    async def again(self, document: Document) -> Document:
        await self.house.intake.reindex(self.house.project_id, document.id)
        return await self._read(document.id)

    async def _read(self, document_id: UUID) -> Document:
        self.model.asked.clear()
        await self.house.pipeline.read(document_id)
        found = await self.house.document(document_id)
        assert found.status == "ready", found.error_message
        return found

    async def stored(self, document: Document) -> list[Chunk]:
        async with self.house.database.session() as session:
            query = select(Chunk).where(Chunk.document_id == document.id)
            return list(await session.exec(query.order_by(col(Chunk.ordinal))))

    async def vectors(self, document: Document) -> list[ChunkVector]:
        async with self.house.database.session() as session:
            query = select(ChunkVector).where(ChunkVector.document_id == document.id)
            return list(await session.exec(query.order_by(col(ChunkVector.ordinal))))

    async def text(self, document: Document) -> str:
        async with self.house.database.session() as session:
            return await documents.text(session, self.house.project_id, document.id)


@pytest.fixture
def reader(house: House, embedder: Embedder, token_counter: TokenCounter) -> Reader:
    model = CountingEmbedder(embedder)
    house.pipeline = Pipeline(
        transactions=house.database.transaction,
        blobs=house.blobs,
        sandbox=house.sandbox,
        embedder=model,
        counter=token_counter,
    )
    return Reader(house, model)


def report(changed: int | None = None) -> bytes:
    """Three hundred pages of a log, one of which may say something else."""
    return pdf(
        [
            lines(
                f"Watch {number}, kept by the keeper of the rock",
                f"At the turn of the {number * 7}th tide the lamp stood at mark {number * 3}.",
                f"{number * 11} ships passed to the north, {number + 5} to the south.",
                "An envoy of the board came in place of the boat."
                if number == changed
                else f"The oil in cask {number} would last for {number * 2} nights more.",
                gap=18,
            )
            for number in range(1, PAGES + 1)
        ]
    )


def section(number: int, words: str = "The keeper lit the lamp and wrote of it.") -> str:
    return f"## Night {number}\n\n{words} {number} ships passed the rock. " + "Wind. " * 40 + "\n\n"


def nights(numbers: Sequence[int]) -> bytes:
    return "".join(map(section, numbers)).encode()


async def assert_in_place(reader: Reader, document: Document) -> None:
    """Offsets give back the text, and every chunk has its vector beside it."""
    text, stored = await reader.text(document), await reader.stored(document)
    assert [chunk.ordinal for chunk in stored] == list(range(len(stored)))
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in stored)
    placed = await reader.vectors(document)
    assert [(one.chunk_id, one.ordinal) for one in placed] == [
        (chunk.id, chunk.ordinal) for chunk in stored
    ]


async def assert_whole(reader: Reader, document: Document) -> None:
    """And every vector is that of its own chunk."""
    await assert_in_place(reader, document)
    stored, placed = await reader.stored(document), await reader.vectors(document)
    read = [f"{chunk.heading}\n{chunk.text}".strip() for chunk in stored]
    fresh = await reader.model.embed_passages(read)
    assert all(
        float(np.array(one.embedding) @ vector) > 0.999
        for one, vector in zip(placed, fresh, strict=True)
    )


async def test_one_changed_page_of_three_hundred_embeds_a_few_chunks(reader: Reader) -> None:
    document = await reader.first("log.pdf", report())
    whole = len(reader.model.asked)
    before = {chunk.id for chunk in await reader.stored(document)}
    again = await reader.then(document, report(CHANGED))
    asked = list(reader.model.asked)
    stored = await reader.stored(again)
    assert again.page_count == PAGES
    assert whole == len(before) > 100
    assert any("An envoy of the board" in text for text in asked)
    assert len(asked) <= 4, asked
    assert len(before & {chunk.id for chunk in stored}) == len(stored) - len(asked)
    await assert_in_place(reader, again)


async def test_what_moves_keeps_its_id_and_its_vector_follows(reader: Reader) -> None:
    document = await reader.first("nights.md", nights(range(6)))
    old = {chunk.text: chunk.id for chunk in await reader.stored(document)}
    again = await reader.then(document, nights([9, 3, 2, 1, 0, 4]))
    stored = await reader.stored(again)
    same = [chunk for chunk in stored if chunk.text in old]
    assert len(same) >= 4
    assert all(chunk.id == old[chunk.text] for chunk in same)
    assert {chunk.id for chunk in stored} - set(old.values())
    assert len(reader.model.asked) == len(stored) - len(same)
    await assert_whole(reader, again)


async def test_the_same_words_in_many_places_are_each_kept_once(reader: Reader) -> None:
    words = section(1) * 3
    document = await reader.first("same.md", words.encode())
    before = [chunk.id for chunk in await reader.stored(document)]
    again = await reader.then(document, (section(1) * 5).encode())
    after = [chunk.id for chunk in await reader.stored(again)]
    assert len(set(after)) == len(after) > len(before)
    assert set(before) <= set(after)
    await assert_whole(reader, again)


async def test_reading_the_same_bytes_anew_asks_the_model_nothing(reader: Reader) -> None:
    document = await reader.first("nights.md", nights(range(4)))
    before = [chunk.id for chunk in await reader.stored(document)]
    again = await reader.again(document)
    assert (again.version, again.ready_version) == (2, 2)
    assert reader.model.asked == []
    assert [chunk.id for chunk in await reader.stored(again)] == before
    await assert_whole(reader, again)


async def test_a_version_in_another_language_is_stemmed_by_that_language(reader: Reader) -> None:
    english = "The keeper lights the lamps and watches the ships for the whole of the night. "
    german = "Der Wärter zündet die Lampen an und sieht die ganze Nacht nach den Schiffen. "
    bericht = f"# Bericht\n\n{german * 4}\n\n"
    document = await reader.first("a.md", (f"# Log\n\n{english * 60}\n\n" + bericht).encode())
    assert document.language == "english"
    held = next(chunk for chunk in await reader.stored(document) if "Wärter" in chunk.text)
    again = await reader.then(document, (f"# Nacht\n\n{german * 60}\n\n" + bericht).encode())
    assert again.language == "german"
    now = next(chunk for chunk in await reader.stored(again) if chunk.id == held.id)
    assert "'lamp'" in now.lexemes
    assert "'lampen'" in held.lexemes
    assert "'lampen'" not in now.lexemes


async def test_words_without_a_stemmer_get_their_beginnings_when_read_anew(reader: Reader) -> None:
    polish = "Latarnik zapala lampy w latarniach i zapisuje pogodę do książki każdego wieczoru. "
    document = await reader.first("dziennik.txt", (polish * 40).encode())
    assert document.language == "simple"
    before = await reader.stored(document)
    async with reader.house.database.transaction() as session:
        plain = func.to_tsvector("simple", col(Chunk.text))
        await session.exec(update(Chunk).values(lexemes=plain))
    again = await reader.again(document)
    now = await reader.stored(again)
    assert reader.model.asked == []
    assert [(c.id, c.lexemes) for c in now] == [(c.id, c.lexemes) for c in before]
    assert all("'latarni00'" in chunk.lexemes for chunk in now)


async def test_a_vector_added_while_its_chunk_moves_lands_at_the_new_place(reader: Reader) -> None:
    """What fills a space copies a chunk's place: it must wait for the one after the move."""
    house = reader.house
    document = await reader.first("nights.md", nights(range(4)))
    before = await reader.stored(document)
    turned = [replace(_as_cut(chunk), ordinal=len(before) - 1 - chunk.ordinal) for chunk in before]
    vector = np.zeros((1, house.pipeline._embedder.dimensions), dtype=np.float32)

    async def fill() -> None:
        async with house.database.transaction() as session:
            await spaces.place(session, "other", [before[0].id], vector)

    async with house.database.transaction() as moving:
        held = await kept.stored(moving, document.id)
        await kept.settle(moving, document.id, kept.Placed(turned, [""] * len(turned)), held)
        filling = asyncio.create_task(fill())
        await eventually_async(lambda: _waits_for_a_lock(house))
    await filling
    placed = [one for one in await reader.vectors(document) if one.embedder == "other"]
    assert [one.ordinal for one in placed] == [len(before) - 1]


def _as_cut(chunk: Chunk) -> TextChunk:
    return TextChunk(
        chunk.ordinal,
        chunk.start,
        chunk.end,
        chunk.page_number,
        chunk.heading,
        chunk.text,
        chunk.token_count,
    )


async def _waits_for_a_lock(house: House) -> bool | None:
    async with house.database.session() as session:
        connection = await session.connection()
        return (await connection.execute(LOCK_WAITS)).scalar_one() > 0 or None
