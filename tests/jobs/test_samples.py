"""Real files of all kinds: each ends as ready with the right text, or with the right reason."""

import pytest

from ingest.corpus import documents
from ingest.errors import UnsupportedType
from ingest.language import CONFIGURATIONS, SIMPLE, search_configuration
from tests.fixtures.samples import samples
from tests.jobs.conftest import House
from tests.jobs.sql import CONFIGURATIONS as KNOWN

READY = {
    "annotated_pdf.pdf": "Not highlighted",
    "emoji.xlsx": "🤠😅",
    "eng_spa.xlsx": "nacen libres e iguales",
    "eng_spa_mult.docx": "libres e iguales",
    "eng_spa_mult.epub": "libres e iguales",
    "eng_spa_mult.html": "libres e iguales",
    "eng_spa_mult.md": "libres e iguales",
    "fake-doc.rtf": "Column 1: Row 2, Cell 1 | Column 2: Row 2, Cell 2",
    "fake-power-point-table.pptx": "Column 1: Red | Column 2: Green | Column 3: Blue",
    "fake-email-attachment.eml": "Lots of whitespace",
    "fake-html-cp1252.html": "Die schöne Frau",
    "habibi.pdf": "habibi",
    "ideas-page.html": "get new ideas",
    "mime-different-plain-html.eml": "This is the text/plain part.",
    "multicolumn.pdf": "adipiscing elit",
    "pdfkit.pdf": "Foo: bar",
    "pdflatex-4-pages.pdf": "letters of the alphabet",
    "simple.odt": "These are a few of my favorite things:",
    "simple.pptx": "- Where have all the flowers gone?",
    "stanley-cups-utf-16.csv": "Team: Maple Leafs | Location: TOR | Stanley Cups: 13",
    "teams_chat.docx": "James Bond",
    "umlauts-non-utf8.md": "äöüß",
}
FAILED = {
    "imagemagick-lzw.pdf": "no_text",
    "libreoffice-writer-password.pdf": "password_protected",
    "password_protected.xlsx": "password_protected",
}


@pytest.mark.samples
async def test_every_sample_ends_as_it_should(house: House) -> None:
    outcomes: dict[str, str] = {}
    for path in sorted(samples("formats").iterdir()):
        try:
            document = await house.read(path.name, path.read_bytes())
        except UnsupportedType:
            continue
        outcomes[path.name] = document.error_code or document.status
        if path.name in READY:
            async with house.database.session() as session:
                text = await documents.text(session, house.project_id, document.id)
            assert READY[path.name] in text
    outcomes = {name: end for name, end in outcomes.items() if not name.startswith("LICENSE")}
    assert outcomes == dict.fromkeys(READY, "ready") | FAILED


async def test_postgres_knows_every_language_that_may_be_found(house: House) -> None:
    async with house.database.session() as session:
        known = set((await (await session.connection()).execute(KNOWN)).scalars())
    assert {*CONFIGURATIONS.values(), SIMPLE} <= known


@pytest.mark.parametrize(
    ("text", "configuration"),
    [
        ("The keeper lit the lamp every evening and wrote the weather into a book.", "english"),
        ("Der Wärter zündete jeden Abend die Lampe an und schrieb das Wetter auf.", "german"),
        ("El farero encendía la lámpara cada tarde y anotaba el tiempo en un libro.", "spanish"),
        ("守护者每天晚上点亮灯塔的灯，并把天气写进一本书里，然后他才去睡觉。", "simple"),
        ("12.5 % 99 — 1,000", "simple"),
        ("", "simple"),
    ],
)
def test_a_language_is_found_or_left_open(text: str, configuration: str) -> None:
    assert search_configuration(text) == configuration


async def test_a_document_whose_bytes_are_gone_fails_with_its_reason(house: House) -> None:
    document = (await house.upload("lamp.txt", b"The keeper lit the lamp.")).document
    await house.blobs.delete(document.blob_key)
    await house.pipeline.read(document.id)
    failed = await house.document(document.id)
    assert (failed.status, failed.error_code) == ("failed", "blob_missing")
