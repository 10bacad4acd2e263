"""Scanned pages: recognised, found, marked where they stand; and what happens without tesseract."""

import shutil
from pathlib import Path

import psutil
import pytest

from ingest.corpus import chunks, documents, word_boxes
from ingest.errors import NoText, ParseTimeout
from ingest.parsers.pdf_scans import page_scan
from ingest.pipeline import Pipeline, PipelineOptions
from ingest.recognition import Recognition, RecognitionOptions, Tesseract
from ingest.sniff import Kind
from ingest.viewing import PageViewer
from providers.contract import Embedder, TokenCounter
from retrieval.search import Search, SearchQuery
from tests.fixtures.pdf import lines, pdf, scanned
from tests.jobs.conftest import House

STORY = (
    "The lighthouse keeper trims the lamp at dusk",
    "and writes the weather into a book. In win-",
    "ter the fog horn sounds every two minutes.",
)
ANOTHER = ("The ferry to the island leaves on Tuesdays", "and on Fridays at half past nine.")


def photographed(tmp_path: Path, *texts: str, page: str = "") -> bytes:
    """A page of text as a grey picture."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(pdf([lines(*texts, gap=20)], page=page))
    return page_scan(path, 1)[0]


@pytest.fixture
def tesseract() -> Tesseract:
    path = shutil.which("tesseract")
    if path is None:
        pytest.skip("No tesseract is installed here: apt install tesseract-ocr.")
    return Tesseract(path)


def with_recognition(
    house: House, embedder: Embedder, counter: TokenCounter, tesseract: Tesseract
) -> House:
    house.pipeline = Pipeline(
        transactions=house.database.transaction,
        blobs=house.blobs,
        sandbox=house.sandbox,
        embedder=embedder,
        counter=counter,
        options=PipelineOptions(tesseract=tesseract),
    )
    return house


@pytest.fixture
def reader(
    house: House, embedder: Embedder, token_counter: TokenCounter, tesseract: Tesseract
) -> House:
    return with_recognition(house, embedder, token_counter, tesseract)


@pytest.mark.scans
async def test_a_scan_is_read_found_and_marked_where_its_words_stand(
    reader: House, tmp_path: Path, embedder: Embedder, token_counter: TokenCounter
) -> None:
    content = scanned(photographed(tmp_path, *STORY), photographed(tmp_path, *ANOTHER))
    document = await reader.read("scan.pdf", content)
    assert (document.status, document.page_count, document.language) == ("ready", 2, "english")
    async with reader.database.session() as session:
        first = await documents.page(session, reader.project_id, document.id, 1)
        assert "In winter the fog horn" in " ".join(first.text.split())
        page = await documents.page(session, reader.project_id, document.id, 2)
        words = await word_boxes.of_page(session, reader.project_id, document.id, 2)
        whole = await documents.text(session, reader.project_id, document.id)
        for chunk in (await chunks.listed(session, reader.project_id, document.id)).chunks:
            assert whole[chunk.start : chunk.end] == chunk.text
    search = Search(reader.database.transaction, embedder, counter=token_counter)
    query = SearchQuery(reader.project_id, "When does the ferry leave?")
    assert "leaves on Tuesdays" in (await search.ranked(query))[0].text
    viewer = PageViewer(reader.blobs, reader.sandbox)
    start = page.start + page.text.index("Fridays")
    (rect,) = await viewer.rects(document, page, start, start + 7, words=words)
    # The word as it was printed, found by its text layer.
    printed = tmp_path / "printed.pdf"
    text = (await reader.sandbox.parse(printed, Kind.PDF)).document.text
    place = text.index("Fridays")
    (original,) = await reader.sandbox.passage_rects(printed, 1, text, place, place + 7)
    assert abs(rect.left - original.left) < 0.01
    assert abs(rect.width - original.width) < 0.02
    assert original.top - 0.01 < rect.top < original.top + original.height


@pytest.mark.scans
@pytest.mark.parametrize("turn", [90, 180, 270])
async def test_a_scan_that_lies_on_its_side_is_read(
    reader: House, tmp_path: Path, turn: int
) -> None:
    picture = photographed(tmp_path, *STORY, *ANOTHER, *STORY, *ANOTHER)
    document = await reader.read("turned.pdf", scanned(picture, page=f"/Rotate {turn}"))
    async with reader.database.session() as session:
        text = await documents.text(session, reader.project_id, document.id)
    assert text.count("leaves on Tuesdays") == 2


@pytest.mark.scans
async def test_a_stamp_over_a_scan_does_not_pass_for_its_text(
    reader: House, tmp_path: Path
) -> None:
    content = scanned(photographed(tmp_path, *STORY), stamp="Received 1 May 2024, no. 17")
    document = await reader.read("stamped.pdf", content)
    async with reader.database.session() as session:
        assert "fog horn" in await documents.text(session, reader.project_id, document.id)


@pytest.mark.scans
async def test_a_picture_without_words_leaves_the_page_its_own(reader: House) -> None:
    picture = b"P5 4 4 255\n" + bytes([0, 255] * 8)
    document = await reader.read("slide.pdf", scanned(picture, stamp="The Lighthouse"))
    async with reader.database.session() as session:
        text = await documents.text(session, reader.project_id, document.id)
    assert text.split() == ["The", "Lighthouse"]
    silent = await reader.read("silent.pdf", scanned(picture))
    assert (silent.error_code, silent.status) == ("no_text", "failed")


async def test_without_tesseract_a_scan_says_what_to_install(house: House, tmp_path: Path) -> None:
    document = await house.read("scan.pdf", scanned(photographed(tmp_path, *STORY)))
    assert document.error_code == "no_text"
    assert "tesseract" in (document.error_message or "")


async def test_without_tesseract_the_pages_with_text_are_read(house: House, tmp_path: Path) -> None:
    stamped = scanned(photographed(tmp_path, *STORY), stamp="Received 1 May 2024")
    assert (await house.read("stamped.pdf", stamped)).status == "ready"


HEAD = r"level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"


def pretender(tmp_path: Path, body: str) -> str:
    """A program in tesseract's place; `row WORD` prints a word as tesseract would."""
    path = tmp_path / "tesseract"
    path.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-langs ]; then printf "List\\neng\\nosd\\n"; exit 0; fi\n'
        f"printf '{HEAD}\\n1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t\\n'\n"
        'row() { printf "5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t96.0\t%s\\n" "$1"; }\n'
        f"{body}\n"
    )
    path.chmod(0o755)
    return str(path)


async def recognised(
    house: House, tmp_path: Path, program: str, options: RecognitionOptions, *, pages: int = 3
) -> tuple[str, list[float]]:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(*[b"P5 4 4 255\n" + bytes(16)] * pages))
    parsed = await house.sandbox.parse(path, Kind.PDF)
    assert list(parsed.document.scans) == list(range(1, pages + 1))
    shares: list[float] = []

    async def done(share: float) -> None:
        shares.append(share)

    recognition = Recognition(house.sandbox, Tesseract(program, options))
    return (await recognition.read(path, parsed, done)).document.text, shares


async def test_every_page_is_told_when_it_is_done(house: House, tmp_path: Path) -> None:
    program = pretender(tmp_path, "row lamp")
    text, shares = await recognised(house, tmp_path, program, RecognitionOptions(), pages=4)
    assert text.split() == ["lamp"] * 4
    assert shares == [0.25, 0.5, 0.75, 1.0]


async def test_recognition_is_confined(house: House, tmp_path: Path) -> None:
    options = RecognitionOptions(page_seconds=7, memory_bytes=300 * 1024 * 1024)
    program = pretender(
        tmp_path,
        'row "memory=$(ulimit -v)"; row "cpu=$(ulimit -t)"; row "files=$(ulimit -f)"\n'
        'row "nice=$(nice)"; row "environment=$(env | grep -c SECRET)"\n'
        'row "interfaces=$(grep -c : /proc/net/dev)"; row "languages=$4"',
    )
    text, _ = await recognised(house, tmp_path, program, options, pages=1)
    said = dict(word.split("=") for word in text.split())
    assert said["memory"] == str(300 * 1024)
    assert (said["cpu"], said["files"], said["environment"]) == ("8", "0", "0")
    assert int(said["nice"]) >= 10
    # The loopback of a network of its own, and nothing else.
    assert (said["interfaces"], said["languages"]) == ("1", "eng")


async def test_a_page_that_takes_too_long_is_ended_and_the_next_is_read(
    house: House, tmp_path: Path
) -> None:
    # Only the first picture makes it wait: it is left without an end.
    program = pretender(
        tmp_path, f'mkdir "{tmp_path}/first" 2>/dev/null && exec sleep 97; row lamp'
    )
    text, shares = await recognised(house, tmp_path, program, RecognitionOptions(page_seconds=2))
    assert (text.split(), len(shares)) == (["lamp"] * 2, 3)
    assert not [
        child
        for child in psutil.Process().children(recursive=True)
        if child.cmdline()[:2] == ["sleep", "97"]
    ]


async def test_a_document_has_a_budget_of_its_own(house: House, tmp_path: Path) -> None:
    program = pretender(tmp_path, "exec sleep 97")
    options = RecognitionOptions(page_seconds=60, document_seconds=1)
    with pytest.raises(ParseTimeout, match="Split it"):
        await recognised(house, tmp_path, program, options)


async def test_a_program_that_fails_on_every_page_leaves_no_text(
    house: House, tmp_path: Path
) -> None:
    program = pretender(tmp_path, "row half; exit 3")
    with pytest.raises(NoText, match="no words"):
        await recognised(house, tmp_path, program, RecognitionOptions())
