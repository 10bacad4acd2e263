"""From an upload to passages, on the real parts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ingest.blobs import DirectoryBlobStore
from ingest.corpus import chunks, documents
from tests.jobs.conftest import House

STORY = b"""# The lighthouse

The lighthouse of Hook Head was built by William Marshal in the thirteenth century.

## The keeper

Its keeper lit the lamp every evening and wrote the weather into a book.
"""


async def test_an_uploaded_document_becomes_ready_with_its_chunks(house: House) -> None:
    document = await house.read("lighthouse.md", STORY)

    assert (document.status, document.progress, document.ready_version) == ("ready", 1.0, 1)
    assert document.language == "english"
    async with house.database.transaction() as session:
        listed = await chunks.listed(session, house.project_id, document.id)
        text = await documents.text(session, house.project_id, document.id)
    assert text == STORY.decode()
    assert listed.chunks
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in listed.chunks)
    assert "'lighthous'" in listed.chunks[0].lexemes


async def test_chunks_and_what_stands_between_them_are_the_text(house: House) -> None:
    lamps = "".join(f"Lamp {n} burns oil of kind {n * 7} in the tower.  \n\n" for n in range(60))

    document = await house.read("lamps.md", STORY + lamps.encode())

    async with house.database.transaction() as session:
        listed = await chunks.listed(session, house.project_id, document.id)
        text = await documents.text(session, house.project_id, document.id)
    first, last = listed.chunks[0], listed.chunks[-1]
    assert len(listed.chunks) > 3
    assert (last.ordinal + 1, last.gap) == (document.chunk_count, "")
    tiled = "".join(f"{chunk.text}{chunk.gap}" for chunk in listed.chunks)
    assert tiled == text[first.start : last.end]


class AwayStore(DirectoryBlobStore):
    """A store that cannot be reached."""

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        raise ConnectionError(key)
        yield Path()  # pragma: no cover - makes this a generator


async def test_a_store_that_is_away_puts_the_document_back_into_the_queue(
    house: House, tmp_path: Path
) -> None:
    document = (await house.upload("lighthouse.md", STORY)).document
    house.pipeline._blobs = AwayStore(tmp_path / "away")
    with pytest.raises(ConnectionError):
        await house.pipeline.read(document.id)
    waiting = await house.document(document.id)
    assert (waiting.status, waiting.lease, waiting.deaths) == ("queued", None, 0)
