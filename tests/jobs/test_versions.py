"""A file of a name that is here is a new version; what it takes the place of goes, and no more."""

import asyncio
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import func, select

from ingest.blobs import DirectoryBlobStore
from ingest.corpus import attempts, documents
from ingest.corpus.tables import Chunk, ChunkVector, Document, Page
from ingest.errors import DocumentMissing, LeaseLost
from ingest.intake import Upload
from ingest.viewing import PageViewer
from tests.fixtures.pdf import lines, pdf
from tests.jobs.conftest import House, in_pieces, make_project
from tests.jobs.test_intake import EVERY, jobs
from tests.jobs.test_worker import (
    LONG,
    content,
    halted,
    is_ready,
    undisturbed,
    until,
    victim,
    working,
)
from tests.waiting import eventually_async

OLD = b"# Lamps\n\nThe keeper trims the lamp at dusk.\n"
NEW = b"# Lamps\n\nThe keeper trims the lamp at dawn.\n"


async def listed(house: House) -> Sequence[Document]:
    async with house.database.session() as session:
        return (await documents.listed(session, house.project_id)).documents


async def kept(house: House) -> set[str]:
    return set(await house.blobs.keys(older_than=EVERY))


@pytest.mark.parametrize("again", ["lamp.md", "Lamp.MD", "some/folder/lamp.md"])
async def test_a_file_of_a_name_that_is_here_is_its_new_version(house: House, again: str) -> None:
    old = await house.read("lamp.md", OLD)
    new = await house.upload(again, NEW)
    assert (new.document.id, new.document.version, new.duplicate) == (old.id, 2, False)
    assert (new.document.status, new.document.ready_version) == ("queued", 1)
    assert new.document.name == again.rpartition("/")[2]
    assert len(await listed(house)) == 1


async def test_letters_and_their_accents_make_one_name_however_they_are_written(
    house: House,
) -> None:
    written = [unicodedata.normalize(form, "Wärter.md") for form in ("NFC", "NFD")]
    assert written[0] != written[1]
    first, second = [
        await house.upload(name, text) for name, text in zip(written, (OLD, NEW), strict=True)
    ]
    assert (second.document.id, second.document.version) == (first.document.id, 2)


async def test_of_two_documents_of_one_name_neither_is_replaced(house: House) -> None:
    await house.upload("lamp.md", OLD)
    upload = Upload("lamp.md", in_pieces(NEW), house.project_id, None, is_apart=True)
    apart = await house.intake.receive(upload)
    third = await house.upload("lamp.md", b"Which of the two is meant?")
    assert [one.document.version for one in (apart, third)] == [1, 1]
    assert len(await listed(house)) == 3


async def test_a_file_of_another_project_s_document_s_name_is_its_own(house: House) -> None:
    mine = await house.upload("lamp.md", OLD)
    elsewhere = await make_project(house.database)
    theirs = await house.intake.receive(Upload("lamp.md", in_pieces(NEW), elsewhere, None))
    assert theirs.document.id != mine.document.id
    assert (theirs.document.project_id, theirs.document.version) == (elsewhere, 1)
    assert (await house.document(mine.document.id)).version == 1


async def test_a_deleted_document_s_name_is_free(house: House) -> None:
    old = await house.read("lamp.md", OLD)
    await house.intake.delete(house.project_id, old.id)
    new = await house.upload("lamp.md", NEW)
    assert new.document.id != old.id
    assert new.document.version == 1


async def test_a_new_version_ends_the_reading_of_the_one_before(house: House) -> None:
    first = await house.upload("lamp.md", OLD)
    async with house.database.transaction() as session:
        late = await attempts.claim(session, first.document.id)
    assert late is not None
    await house.upload("lamp.md", NEW)
    async with house.database.transaction() as session:
        with pytest.raises(LeaseLost):
            await attempts.renew(session, late)
    await house.pipeline.read(first.document.id)
    found = await house.document(first.document.id)
    assert (found.status, found.version, found.ready_version) == ("ready", 2, 2)
    assert [row[5] for row in await content(house, found.id)] == [NEW.decode().strip()]


@pytest.mark.parametrize("is_read", [False, True])
async def test_files_of_one_name_that_race_are_versions_one_after_the_other(
    house: House, is_read: bool
) -> None:
    if is_read:
        await house.read("lamp.md", OLD)
    received = await asyncio.gather(
        *(house.upload("lamp.md", NEW + b"Mark %d." % turn) for turn in range(6))
    )
    first = 2 if is_read else 1
    assert len({one.document.id for one in received}) == 1
    (document,) = await listed(house)
    assert document.version == first + 5
    assert [name for name, _ in await jobs(house)].count("read_document") == 6 + is_read
    async with working(house):
        found = await until(house, document.id, is_ready)
        await eventually_async(lambda: _only(house, {found.blob_key}))
    assert found.ready_version == first + 5


async def _only(house: House, expected: set[str]) -> bool | None:
    return await kept(house) == expected or None


async def test_bytes_of_the_version_that_answers_stay_until_the_next_one_is_read(
    house: House,
) -> None:
    old = await house.read("lamp.md", OLD)
    unread = (await house.upload("lamp.md", b"%PDF-1.7 broken")).document.blob_key
    new = (await house.upload("lamp.md", NEW)).document
    async with working(house):
        found = await until(house, old.id, is_ready)
        await eventually_async(lambda: _only(house, {new.blob_key}))
    assert len({old.blob_key, unread, new.blob_key}) == 3
    assert (found.ready_blob_key, found.ready_mime_type) == (new.blob_key, "text/markdown")


async def test_where_a_new_version_fails_the_old_one_is_read_page_by_page(house: House) -> None:
    old = await house.read("lamp.pdf", pdf([lines("The keeper trims the lamp at dusk.")]))
    before = await content(house, old.id)
    await house.upload("lamp.pdf", b"%PDF-1.7 broken")
    await house.pipeline.read(old.id)
    failed = await house.document(old.id)
    assert (failed.status, failed.error_code) == ("failed", "corrupt_file")
    assert (failed.version, failed.ready_version) == (2, 1)
    assert await content(house, old.id) == before
    viewer = PageViewer(house.blobs, house.sandbox)
    assert (await viewer.image(failed, 1)).startswith(b"\x89PNG")
    async with house.database.session() as session:
        page = await documents.page(session, house.project_id, old.id, 1)
    assert await viewer.rects(failed, page, page.start, page.end)


async def left(house: House) -> dict[str, object]:
    """All that a document could leave behind."""
    async with house.database.session() as session:
        counts = {
            table.__name__: (await session.exec(select(func.count()).select_from(table))).one()
            for table in (Document, Page, Chunk, ChunkVector)
        }
    return {**counts, "jobs": await jobs(house), "blobs": await kept(house)}


NOTHING = {"Document": 0, "Page": 0, "Chunk": 0, "ChunkVector": 0, "jobs": [], "blobs": set()}


async def _nothing_left(house: House) -> bool | None:
    return await left(house) == NOTHING or None


@pytest.mark.parametrize("state", ["queued", "ready", "renewed", "failed"])
async def test_a_deleted_document_leaves_nothing_behind(house: House, state: str) -> None:
    document = (await house.upload("lamp.md", OLD)).document
    if state != "queued":
        await house.pipeline.read(document.id)
    if state in {"renewed", "failed"}:
        await house.upload("lamp.md", NEW if state == "renewed" else b"%PDF-1.7 broken")
    if state == "failed":
        await house.pipeline.read(document.id)
    await house.intake.delete(house.project_id, document.id)
    assert {name for name, _ in await jobs(house)} == {"delete_blob"}
    async with working(house):
        await eventually_async(lambda: _nothing_left(house))
    with pytest.raises(DocumentMissing):
        await house.document(document.id)


async def test_a_deleted_project_leaves_no_file_and_no_job(house: House) -> None:
    await house.read("lamp.md", OLD)
    await house.upload("lamp.md", NEW)
    await house.upload("other.md", b"Not read yet.")
    async with house.database.transaction() as session:
        await house.intake.delete_project_files(session, house.project_id)
        for document in await documents.unfinished(session, house.project_id):
            await documents.remove(session, house.project_id, document.id)
    assert {name for name, _ in await jobs(house)} == {"delete_blob"}
    async with working(house):
        await eventually_async(lambda: _nothing_left(house))


class AwayAtFirst(DirectoryBlobStore):
    """A store that can't be reached for a while."""

    def __init__(self, root: Path, refusals: int) -> None:
        super().__init__(root)
        self.refusals = refusals

    async def delete(self, key: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("the store is away")
        await super().delete(key)


async def test_bytes_are_deleted_when_a_store_that_was_away_is_back(house: House) -> None:
    document = await house.read("lamp.md", OLD)
    await house.intake.delete(house.project_id, document.id)
    house.blobs = AwayAtFirst(house.blobs.path("0" * 32).parent.parent, refusals=1)
    async with working(house):
        await eventually_async(lambda: _nothing_left(house))
    assert house.blobs.refusals == 0


async def test_a_worker_killed_before_its_commit_leaves_the_old_version_answering(
    house: House, model_cache: Path, tmp_path: Path
) -> None:
    expected = await undisturbed(house)
    document = await house.read("night.md", OLD)
    old = await content(house, document.id)
    new = (await house.upload("night.md", LONG)).document
    async with victim(house, model_cache, "commit", tmp_path / "never") as process:
        await halted(process, "commit")
        assert await content(house, document.id) == old
        process.kill()
        await process.wait()
    assert await content(house, document.id) == old
    assert document.blob_key in await kept(house)
    async with working(house):
        found = await until(house, document.id, is_ready)
        await eventually_async(lambda: _only(house, {new.blob_key}))
    assert await content(house, document.id) == expected
    assert found.deaths == 0


async def test_a_worker_killed_before_it_deletes_is_followed_by_one_that_does(
    house: House, model_cache: Path, tmp_path: Path
) -> None:
    document = await house.read("lamp.md", OLD)
    await house.intake.delete(house.project_id, document.id)
    async with victim(house, model_cache, "delete", tmp_path / "never") as process:
        await halted(process, "delete")
        process.kill()
        await process.wait()
    assert await kept(house) == {document.blob_key}
    async with working(house):
        await eventually_async(lambda: _nothing_left(house))
