"""What a mail holds becomes documents of its own, once, and goes with it."""

from email.message import EmailMessage
from uuid import UUID, uuid4

import pypdfium2 as pdfium
import pytest

from ingest.attachments import DEEPEST, Attachments
from ingest.corpus import attachments, attempts, documents
from ingest.corpus.attachments import Enclosure, survivors
from ingest.corpus.tables import Document
from ingest.errors import DocumentMissing, LeaseLost
from ingest.intake import Upload
from ingest.parsers.attachments import BATCH_BYTES
from tests.fixtures.pdf import lines, pdf
from tests.jobs.conftest import House, in_pieces
from tests.jobs.test_intake import EVERY

TIDES = b"The tide turns at six in the morning."
BOATS = b"Three boats lie at the quay."


def mail(*files: tuple[str, bytes], subject: str = "Harbour", text: str = "See below.") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.com", subject
    message.set_content(text)
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


async def enclosed(house: House, document: Document) -> list[Enclosure]:
    async with house.database.session() as session:
        return list(await attachments.listed(session, house.project_id, document.id))


async def all_documents(house: House) -> dict[str, Document]:
    async with house.database.session() as session:
        found = await documents.listed(session, house.project_id)
    return {document.name: document for document in found.documents}


async def read_all(house: House) -> None:
    """Read what waits, and what that brings, as the queue would."""
    while waiting := [one for one in (await all_documents(house)).values() if one.lease is None
                      and one.status == "queued"]:  # fmt: skip
        for document in waiting:
            await house.pipeline.read(document.id)


async def sent(house: House, content: bytes, name: str = "letter.eml") -> Document:
    document = await house.read(name, content)
    await read_all(house)
    return await house.document(document.id)


async def test_attachments_become_documents_that_came_with_the_mail(house: House) -> None:
    report = pdf([lines("The lighthouse keeper retired.")])
    letter = await sent(house, mail(("tides.txt", TIDES), ("report.pdf", report)))
    assert (letter.status, letter.attachment_count) == ("ready", 2)
    found = await all_documents(house)
    assert set(found) == {"letter.eml", "tides.txt", "report.pdf"}
    for name in ("tides.txt", "report.pdf"):
        assert (found[name].status, found[name].parent_id) == ("ready", letter.id)
        assert found[name].uploaded_by == letter.uploaded_by
    assert b"".join([piece async for piece in house.intake.open(found["tides.txt"])]) == TIDES
    async with house.database.session() as session:
        text = await documents.text(session, house.project_id, letter.id)
        assert await attachments.parents(session, list(found.values())) == {letter.id: "letter.eml"}
    assert "Attachments: tides.txt, report.pdf" in text


async def test_an_unreadable_attachment_says_why_and_the_mail_is_ready(house: House) -> None:
    files = (("scan.pdf", b"%PDF-1.7 torn"), ("logo.png", b"\x89PNG\r\n\x1a\n"), ("void.txt", b""))
    letter = await sent(house, mail(*files))
    assert (letter.status, letter.attachment_count) == ("ready", 3)
    torn, picture, void = await enclosed(house, letter)
    assert torn.document is not None
    assert (torn.document.status, torn.document.error_code) == ("failed", "corrupt_file")
    assert (picture.document, picture.attachment.error_code) == (None, "unsupported_type")
    assert (void.document, void.attachment.error_code) == (None, "empty_file")


async def test_a_mail_that_is_read_again_makes_its_attachments_once(house: House) -> None:
    letter = await sent(house, mail(("tides.txt", TIDES), ("boats.txt", BOATS)))
    before = {name: document.id for name, document in (await all_documents(house)).items()}
    await house.intake.reindex(house.project_id, letter.id)
    await read_all(house)
    assert {name: one.id for name, one in (await all_documents(house)).items()} == before
    assert len(await enclosed(house, letter)) == 2
    assert len(await house.blobs.keys(older_than=EVERY)) == 3


async def test_a_crash_between_two_attachments_is_mended_by_the_next_reading(house: House) -> None:
    letter = (await house.upload("letter.eml", mail(("a.txt", TIDES), ("b.txt", BOATS)))).document
    async with house.database.transaction() as session:
        attempt = await attempts.claim(session, letter.id)
    assert attempt is not None
    first = await house.intake.attach(attempt, "a.txt", in_pieces(TIDES))
    await house.pipeline.read(letter.id)
    await read_all(house)
    one, two = await enclosed(house, letter)
    assert one.attachment.document_id == first.document.id
    assert two.attachment.document_id is not None
    assert len(await all_documents(house)) == 3


async def test_a_late_worker_adds_nothing(house: House) -> None:
    letter = (await house.upload("letter.eml", mail(("a.txt", TIDES)))).document
    async with house.database.transaction() as session:
        late = await attempts.claim(session, letter.id)
    async with house.database.transaction() as session:
        assert await attempts.claim(session, letter.id) is not None
    assert late is not None
    with pytest.raises(LeaseLost):
        await house.intake.attach(late, "a.txt", in_pieces(TIDES))
    assert list(await all_documents(house)) == ["letter.eml"]
    assert await house.blobs.keys(older_than=EVERY) == [letter.blob_key]


async def test_deleting_the_mail_deletes_what_came_with_it_and_its_bytes(house: House) -> None:
    inner = mail(("boats.txt", BOATS), subject="Inner")
    letter = await sent(house, mail(("inner.eml", inner), ("tides.txt", TIDES)))
    assert set(await all_documents(house)) == {
        "letter.eml", "inner.eml", "boats.txt", "tides.txt"
    }  # fmt: skip
    await house.intake.delete(house.project_id, letter.id)
    assert await all_documents(house) == {}


async def test_what_two_mails_hold_stays_with_the_other_one(house: House) -> None:
    first = await sent(house, mail(("tides.txt", TIDES)), "first.eml")
    second = await sent(house, mail(("same.txt", TIDES), subject="Again"), "second.eml")
    shared = (await enclosed(house, second))[0].document
    assert shared is not None
    assert (shared.name, shared.parent_id) == ("tides.txt", first.id)
    await house.intake.delete(house.project_id, first.id)
    assert (await house.document(shared.id)).parent_id == second.id
    await house.intake.delete(house.project_id, second.id)
    with pytest.raises(DocumentMissing):
        await house.document(shared.id)


@pytest.mark.parametrize("order", ["before", "after"])
async def test_what_was_also_uploaded_by_itself_stays(house: House, order: str) -> None:
    if order == "before":
        await house.upload("own.txt", TIDES)
    letter = await sent(house, mail(("tides.txt", TIDES)))
    if order == "after":
        assert (await house.upload("own.txt", TIDES)).duplicate
    await house.intake.delete(house.project_id, letter.id)
    left = await all_documents(house)
    assert [one.parent_id for one in left.values()] == [None]


async def test_a_deleted_attachment_does_not_come_back(house: House) -> None:
    letter = await sent(house, mail(("tides.txt", TIDES), ("boats.txt", BOATS)))
    tides = (await all_documents(house))["tides.txt"]
    await house.intake.delete(house.project_id, tides.id)
    await house.intake.reindex(house.project_id, letter.id)
    await read_all(house)
    assert set(await all_documents(house)) == {"letter.eml", "boats.txt"}
    gone, kept = await enclosed(house, letter)
    assert (gone.document, gone.attachment.error_code) == (None, None)
    assert kept.document is not None


async def test_a_new_version_brings_its_own_attachments_in_place_of_the_old(house: House) -> None:
    letter = await sent(house, mail(("tides.txt", TIDES), ("boats.txt", BOATS)))
    boats = (await all_documents(house))["boats.txt"].id
    newer = mail(("boats.txt", BOATS), ("new.txt", b"A fourth boat has come."))
    await house.intake.replace(
        letter.id, Upload("letter.eml", in_pieces(newer), house.project_id, None)
    )
    await read_all(house)
    found = await all_documents(house)
    assert set(found) == {"letter.eml", "boats.txt", "new.txt"}
    assert found["boats.txt"].id == boats


async def test_a_new_version_of_an_attachment_stands_on_its_own(house: House) -> None:
    letter = await sent(house, mail(("tides.txt", TIDES)))
    tides = (await all_documents(house))["tides.txt"]
    newer = Upload("tides.txt", in_pieces(BOATS), house.project_id, None)
    await house.intake.replace(tides.id, newer)
    await read_all(house)
    await house.intake.delete(house.project_id, letter.id)
    assert [one.id for one in (await all_documents(house)).values()] == [tides.id]


async def test_mails_within_mails_are_opened_down_to_a_depth(house: House) -> None:
    content = mail(("deepest.txt", TIDES), subject="0")
    for level in range(1, DEEPEST + 1):
        content = mail((f"inner{level}.eml", content), subject=str(level))
    await sent(house, content)
    found = await all_documents(house)
    assert set(found) == {"letter.eml", *(f"inner{n}.eml" for n in range(1, DEEPEST + 1))}
    (left_out,) = await enclosed(house, found["inner1.eml"])
    assert left_out.attachment.error_code == "nested_too_deep"


async def test_more_attachments_than_are_taken_are_counted(house: House) -> None:
    few = Attachments(house.database.transaction, house.blobs, house.sandbox, house.intake, most=2)
    house.pipeline.look_into(few)
    files = [(f"{number}.txt", b"Note %d of the harbour." % number) for number in range(5)]
    letter = await sent(house, mail(*files))
    told = [
        (one.attachment.name, one.attachment.error_code) for one in await enclosed(house, letter)
    ]
    assert told == [("0.txt", None), ("1.txt", None), ("3 more", "too_many_attachments")]


async def test_all_together_are_no_larger_than_one_file_may_be(house: House) -> None:
    house.intake.max_bytes = 3_000_000
    files = [(f"{number}.txt", b"%d" % number * 1_000_000) for number in range(2)]
    letter = (await house.upload("letter.eml", mail(*files))).document
    house.intake.max_bytes = 1_500_000
    await house.pipeline.read(letter.id)
    codes = [one.attachment.error_code for one in await enclosed(house, letter)]
    assert codes == [None, "file_too_large"]


async def test_attachments_beyond_one_batch_all_arrive(house: House) -> None:
    half = BATCH_BYTES // 2 + 1
    house.intake.max_bytes = 4 * BATCH_BYTES
    files = [(f"{letter}.txt", letter.encode() * half) for letter in "ab"]
    letter = (await house.upload("letter.eml", mail(*files))).document
    await house.pipeline.read(letter.id)
    found = [one.document for one in await enclosed(house, letter)]
    assert [one.size_bytes for one in found if one] == [half] * 2


async def test_files_inside_a_pdf_become_documents_too(house: House, tmp_path) -> None:
    path = tmp_path / "outer.pdf"
    path.write_bytes(pdf([lines("The invoice is inside.")]))
    with pdfium.PdfDocument(path) as document:
        document.new_attachment("tides.txt").set_data(TIDES)
        document.save(tmp_path / "full.pdf")
    outer = await sent(house, (tmp_path / "full.pdf").read_bytes(), "outer.pdf")
    found = await all_documents(house)
    assert (outer.status, outer.attachment_count) == ("ready", 1)
    assert (found["tides.txt"].parent_id, found["tides.txt"].status) == (outer.id, "ready")


def test_survivors_hang_on_those_that_stay() -> None:
    outside, inner, deep, shared = uuid4(), uuid4(), uuid4(), uuid4()
    gone: UUID = uuid4()
    within = {inner: gone, deep: inner, shared: gone}
    assert survivors(within, {}) == {}
    assert survivors(within, {inner: [outside], shared: [deep]}) == {
        inner: outside,
        deep: inner,
        shared: deep,
    }
    assert survivors(within, {inner: [shared], shared: [inner]}) == {}
