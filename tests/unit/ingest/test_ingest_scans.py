"""Which pages are pictures of text, and what tesseract's table says of them."""

from pathlib import Path

import pytest

from ingest.boxes import GRID, unpack
from ingest.errors import CorruptFile, NoText
from ingest.parsed import ParsedDocument
from ingest.parsers.pdf import parse
from ingest.parsers.pdf_scans import MOST_PIXELS, page_scan
from ingest.scans import ScannedPage, scanned_page, with_scans
from tests.fixtures.pdf import Run, lines, pdf, scanned

PICTURE = b"P5 4 4 255\n" + bytes(16)
LONG = "Many words of a page that is read as it is, with more than sixty letters in all."
HEAD = "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\n"


@pytest.fixture
def read(tmp_path: Path):
    def parsed(content: bytes) -> ParsedDocument:
        path = tmp_path / "file.pdf"
        path.write_bytes(content)
        return parse(path, max_pages=10)

    return parsed


@pytest.mark.parametrize(
    ("content", "scans"),
    [
        (scanned(PICTURE, PICTURE), [1, 2]),
        (scanned(PICTURE, stamp="Received 1 May 2024"), [1]),
        (scanned(PICTURE, stamp=LONG), []),
        (pdf([lines("Short.")]), []),
        (pdf([lines(LONG)]), []),
        (pdf([], streams=["0 0 100 100 re f"]), [1]),
    ],
    ids=["pictures", "stamped", "searchable", "short", "text", "drawn"],
)
def test_a_page_is_a_scan_by_its_letters_and_pictures(read, content: bytes, scans: list) -> None:
    assert list(read(content).scans) == scans


def test_signs_without_meaning_are_no_text(read) -> None:
    # No letter of Helvetica's is at the first places of its table.
    shown = "".join(f"\\{place:03o}" for place in (1, 3, 4, 5, 6, 7, 16, 17, 18, 19)) * 9
    drawn = f"BT /F1 11 Tf 72 700 Td ({shown}) Tj 0 -20 Td (12) Tj ET"
    assert list(read(pdf([], streams=[drawn])).scans) == [1]


def test_an_empty_page_is_no_scan(read) -> None:
    with pytest.raises(NoText, match="empty"):
        read(pdf([[]]))


def test_a_page_is_drawn_in_grey_at_300_pixels_an_inch(tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf([[Run("Lamp", 700)]]))
    picture, resolution = page_scan(path, 1)
    head, pixels = picture.split(b"\n", 1)
    _, width, height, _ = head.split()
    assert abs(int(width) - 1750) <= 1
    assert abs(int(height) - 3333) <= 1
    assert (resolution, len(pixels)) == (300, int(width) * int(height))
    path.write_bytes(pdf([[Run("Lamp", 700)]]).replace(b"[0 0 420 800]", b"[0 0 8400 800]"))
    picture, resolution = page_scan(path, 1)
    assert len(picture) < MOST_PIXELS * 1.01
    assert resolution < 100
    with pytest.raises(CorruptFile):
        page_scan(path, 2)


def word(text: str, line: int = 1, left: int = 10, par: int = 1, sure: float = 96.0) -> str:
    return f"5\t1\t1\t{par}\t{line}\t1\t{left}\t{line * 20}\t30\t10\t{sure}\t{text}\n"


def page(*rows: str) -> ScannedPage:
    return scanned_page(HEAD + "1\t1\t0\t0\t0\t0\t0\t0\t100\t200\t-1\t\n" + "".join(rows))


def texts(scan: ScannedPage) -> list[list[str]]:
    return [[line.text for line in lines_] for lines_ in scan.paragraphs]


def test_words_become_lines_and_paragraphs() -> None:
    scan = page(word("The"), word("lamp", left=50), word("burns.", 2), word("Fog.", 3, par=2))
    assert texts(scan) == [["The lamp", "burns."], ["Fog."]]
    assert scan.letters == 15
    assert scan.boxes()[1] == [
        (GRID // 2, round(GRID * 0.1), round(GRID * 0.8), round(GRID * 0.15))
    ]


def test_a_divided_word_is_joined_over_a_paragraph_that_is_none() -> None:
    scan = page(word("win-"), word("ter", 2, par=2), word("fog", 2, par=2, left=60))
    assert texts(scan) == [["winter", "fog"]]
    assert [len(boxes) for boxes in scan.boxes()] == [2, 1]


def test_stains_are_not_words() -> None:
    assert texts(page(word("~;", sure=12.0), word("lamp", 2), word(" ", 3))) == [["lamp"]]


def test_a_table_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    assert texts(scanned_page(HEAD + word("lamp") + "5\t1\t1\t1")) == [["lamp"]]
    assert scanned_page("").letters == 0


def test_scans_take_their_place_between_other_pages(read) -> None:
    document = read(pdf([lines("First page."), [], lines("Third page.")]))
    whole = with_scans(document, {2: page(word("Second"), word("Line.", 2, par=2))})
    assert whole.text == "First page.\n\nSecond\n\nLine.\n\nThird page.\n\n"
    assert [whole.text[each.start : each.end] for each in whole.blocks] == [
        "First page.",
        "Second",
        "Line.",
        "Third page.",
    ]
    assert [(each.start, each.end) for each in whole.pages] == [(0, 13), (13, 28), (28, 41)]
    for each, boxes in zip(whole.pages, whole.boxes, strict=True):
        assert boxes is not None
        assert len(unpack(boxes)) == len(whole.text[each.start : each.end].split())


def test_a_page_keeps_its_own_text_where_that_is_more(read) -> None:
    document = read(pdf([lines("A title of its own")]))
    assert with_scans(document, {1: page(word("A"), word("title"))}).text == document.text
