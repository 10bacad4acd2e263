"""An upload becomes a row, a job and a blob, or nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, func, select

from app.tasks import WorkerOptions, delete_orphans
from ingest.corpus import documents
from ingest.corpus.tables import Document
from ingest.errors import (
    AlreadyStored,
    BlobMissing,
    DocumentMissing,
    EmptyFile,
    FileTooLarge,
    UnsupportedType,
)
from ingest.intake import Upload, tidy_name
from tests.jobs.conftest import House, in_pieces
from tests.jobs.sql import JOBS

EVERY = timedelta(seconds=-60)
TEXT = b"The keeper lit the lamp every evening."
OTHER = b"The lighthouse was built in the thirteenth century."


async def jobs(house: House) -> list[tuple[str, str]]:
    async with house.database.session() as session:
        connection = await session.connection()
        return [(row.task_name, row.status) for row in await connection.execute(JOBS)]


async def count(house: House) -> int:
    async with house.database.session() as session:
        return (await session.exec(select(func.count()).select_from(Document))).one()


async def assert_untouched(house: House) -> None:
    assert await count(house) == 0
    assert await jobs(house) == []
    assert await house.blobs.keys(older_than=EVERY) == []


async def test_an_upload_is_a_row_a_job_and_a_blob(house: House) -> None:
    received = await house.upload("notes/lamp.txt", TEXT)
    document = received.document
    assert not received.duplicate
    assert (document.name, document.status, document.size_bytes) == ("lamp.txt", "queued", 38)
    assert await jobs(house) == [("read_document", "todo")]
    assert await house.blobs.keys(older_than=EVERY) == [document.blob_key]
    assert b"".join([piece async for piece in house.intake.open(document)]) == TEXT


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFile),
        (b"  \n\n", EmptyFile),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 200_000, UnsupportedType),
        (b"x" * 5_000_001, FileTooLarge),
    ],
    ids=["empty", "blank", "picture", "large"],
)
async def test_a_refusal_leaves_nothing_behind(
    house: House, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await house.upload("file", content)
    await assert_untouched(house)


async def test_a_file_that_is_refused_is_not_read_to_its_end(house: House) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"\x89PNG" + b"\0" * 100_000

    for error in (UnsupportedType, UnsupportedType):
        with pytest.raises(error):
            await house.intake.receive(Upload("x", endless(), house.project_id, None))
    assert taken == 2


async def test_an_upload_that_breaks_off_leaves_nothing_behind(house: House) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield TEXT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await house.intake.receive(Upload("x", broken(), house.project_id, None))
    await assert_untouched(house)


async def test_a_project_that_is_gone_leaves_nothing_behind(house: House) -> None:
    with pytest.raises(Exception, match="foreign key"):
        await house.intake.receive(Upload("x", in_pieces(TEXT), uuid4(), None))
    await assert_untouched(house)


async def test_the_same_bytes_again_are_the_same_document(house: House) -> None:
    first = await house.upload("a.txt", TEXT)
    second = await house.upload("b.txt", TEXT)
    assert second.duplicate
    assert second.document.id == first.document.id
    assert len(await jobs(house)) == 1
    assert await house.blobs.keys(older_than=EVERY) == [first.document.blob_key]


async def test_uploads_of_the_same_bytes_that_race_make_one_document(house: House) -> None:
    received = await asyncio.gather(*(house.upload(f"{n}.txt", TEXT) for n in range(8)))
    assert len({one.document.id for one in received}) == 1
    assert sorted(one.duplicate for one in received) == [False] + [True] * 7
    assert len(await jobs(house)) == 1
    assert len(await house.blobs.keys(older_than=EVERY)) == 1


async def test_a_new_version_replaces_the_bytes_and_has_the_old_ones_deleted(
    house: House,
) -> None:
    old = (await house.upload("a.txt", TEXT)).document
    upload = Upload("b.txt", in_pieces(OTHER), house.project_id, None)
    new = (await house.intake.replace(old.id, upload)).document
    assert (new.id, new.version, new.name, new.status) == (old.id, 2, "b.txt", "queued")
    assert new.blob_key != old.blob_key
    assert sorted(await jobs(house)) == [
        ("delete_blob", "todo"),
        ("read_document", "todo"),
        ("read_document", "todo"),
    ]


async def test_the_same_bytes_as_a_new_version_change_nothing(house: House) -> None:
    old = (await house.upload("a.txt", TEXT)).document
    upload = Upload("b.txt", in_pieces(TEXT), house.project_id, None)
    again = await house.intake.replace(old.id, upload)
    assert again.duplicate
    assert again.document.version == 1
    assert await house.blobs.keys(older_than=EVERY) == [old.blob_key]


async def test_another_documents_bytes_are_refused_as_a_new_version(house: House) -> None:
    one = (await house.upload("a.txt", TEXT)).document
    await house.upload("b.txt", OTHER)
    before = await house.blobs.keys(older_than=EVERY)
    with pytest.raises(AlreadyStored):
        await house.intake.replace(one.id, Upload("c", in_pieces(OTHER), house.project_id, None))
    assert await house.blobs.keys(older_than=EVERY) == before


async def test_no_call_reaches_a_document_through_another_project(house: House) -> None:
    document = (await house.upload("a.txt", TEXT)).document
    foreign = uuid4()
    for call in (house.intake.retry, house.intake.reindex, house.intake.delete):
        with pytest.raises(DocumentMissing):
            await call(foreign, document.id)
    with pytest.raises(DocumentMissing):
        await house.intake.replace(document.id, Upload("x", in_pieces(OTHER), foreign, None))
    assert await count(house) == 1


async def test_a_deleted_document_is_gone_and_its_bytes_go_after_it(house: House) -> None:
    document = (await house.upload("a.txt", TEXT)).document
    await house.intake.delete(house.project_id, document.id)
    assert await count(house) == 0
    assert ("delete_blob", "todo") in await jobs(house)


async def test_files_of_a_project_go_with_it(house: House) -> None:
    await house.upload("a.txt", TEXT)
    await house.upload("b.txt", OTHER)
    async with house.database.transaction() as session:
        await house.intake.delete_project_files(session, house.project_id)
    assert [name for name, _ in await jobs(house)].count("delete_blob") == 2


async def test_blobs_that_no_document_names_are_cleared(house: House) -> None:
    kept = (await house.upload("a.txt", TEXT)).document
    async with house.blobs.create() as writer:
        await writer.write(b"orphan")
        orphan = (await writer.finish()).key
    options = WorkerOptions(orphan_age=-0.1)
    assert await delete_orphans(house.parts, options) == 1
    with pytest.raises(BlobMissing):
        house.blobs.path("x")
    assert not house.blobs.path(orphan).exists()
    assert house.blobs.path(kept.blob_key).exists()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("a\x00b\u202e.txt", "ab.txt"),
        ("", "Unnamed"),
        ("x" * 400, "x" * 255),
    ],
)
def test_names_are_made_fit_to_show(raw: str, name: str) -> None:
    assert tidy_name(raw) == name


async def test_lists_are_newest_first_in_pages_that_add_up(house: House) -> None:
    for number in range(5):
        await house.upload(f"file {number}_%.txt", TEXT + b"%d" % number)
    names: list[str] = []
    cursor = None
    async with house.database.session() as session:
        while True:
            found = await documents.listed(session, house.project_id, limit=2, cursor=cursor)
            assert found.total == 5
            names += [document.name for document in found.documents]
            cursor = found.next_cursor
            if cursor is None:
                break
        assert names == [f"file {number}_%.txt" for number in (4, 3, 2, 1, 0)]
        searched = await documents.listed(session, house.project_id, search="E 3_%")
        assert [document.name for document in searched.documents] == ["file 3_%.txt"]
        elsewhere = await documents.listed(session, uuid4())
        assert (elsewhere.documents, elsewhere.total) == ([], 0)


async def test_a_document_is_renamed_within_its_project_only(house: House) -> None:
    document = (await house.upload("a.txt", TEXT)).document
    async with house.database.transaction() as session:
        renamed = await documents.rename(session, house.project_id, document.id, "b.txt")
        assert renamed.name == "b.txt"
        with pytest.raises(DocumentMissing):
            await documents.rename(session, uuid4(), document.id, "c.txt")
    async with house.database.session() as session:
        stored = await session.exec(select(Document.name).where(col(Document.id) == document.id))
        assert stored.one() == "b.txt"
