"""Passages of PDFs are marked from what is stored; the file is not opened for it."""

import pytest
from sqlmodel import col, delete

from ingest.corpus import documents, word_boxes
from ingest.corpus.tables import PageWords
from ingest.errors import PictureUnavailable
from ingest.sandbox import Sandbox
from ingest.viewing import PageViewer
from tests.fixtures.pdf import lines, pdf
from tests.jobs.conftest import House

TOWER = pdf([lines("The keeper lit the lamp."), lines("Nobody saw it.", "It rained.")])


async def test_a_passage_is_marked_without_its_file(house: House) -> None:
    document = await house.read("tower.pdf", TOWER)
    async with house.database.session() as session:
        page = await documents.page(session, house.project_id, document.id, 2)
        words = await word_boxes.of_page(session, house.project_id, document.id, 2)
    viewer = PageViewer(house.blobs, house.sandbox)
    start = page.start + page.text.index("It rained")
    searched = await viewer.rects(document, page, start, page.end)
    await house.blobs.delete(document.blob_key)
    assert await viewer.rects(document, page, start, page.end) == []
    (rect,) = await viewer.rects(document, page, start, page.end, words=words)
    (found,) = searched
    # The stored box is as high as the line; the one that is searched, as its letters are.
    assert rect.top <= found.top <= rect.top + rect.height
    assert abs(rect.left - found.left) < 0.01
    assert abs(rect.width - found.width) < 0.01


async def test_boxes_are_their_project_s_and_go_with_their_document(house: House) -> None:
    document = await house.read("tower.pdf", TOWER)
    async with house.database.transaction() as session:
        assert await word_boxes.of_page(session, document.id, document.id, 1) is None
        await documents.remove(session, house.project_id, document.id)
    async with house.database.transaction() as session:
        of_document = col(PageWords.document_id) == document.id
        gone = await session.exec(delete(PageWords).where(of_document))
        assert gone.rowcount == 0


async def test_a_text_has_no_boxes(house: House) -> None:
    document = await house.read("lamp.md", b"# Lamp\n\nThe keeper lit the lamp.")
    async with house.database.session() as session:
        assert await word_boxes.of_page(session, house.project_id, document.id, 1) is None


async def test_where_no_reader_starts_the_page_is_there_without_its_picture(house: House) -> None:
    document = await house.read("tower.pdf", TOWER)
    async with house.database.session() as session:
        page = await documents.page(session, house.project_id, document.id, 2)
    viewer = PageViewer(house.blobs, Sandbox(reader=("-c", "raise SystemExit")))
    assert await viewer.rects(document, page, page.start, page.end) == []
    with pytest.raises(PictureUnavailable, match="try again"):
        await viewer.image(document, 2)
