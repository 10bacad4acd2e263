"""PDFs: text, structure, labels, and where a passage stands."""

import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pypdf
import pytest

from ingest import boxes
from ingest.errors import CorruptFile, NoText, PasswordProtected, TooManyPages
from ingest.parsed import ParsedDocument
from ingest.parsers.pdf import parse
from ingest.parsers.pdf_hyphens import joined, marked
from ingest.parsers.pdf_view import MAX_WIDTH, page_image, passage_rects
from ingest.parsers.printed import Line, readable
from tests.fixtures.pdf import Run, lines, pdf
from tests.fixtures.samples import samples


@pytest.fixture
def put(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "file.pdf"
        path.write_bytes(content)
        return path

    return write


def read(path: Path) -> ParsedDocument:
    return parse(path, max_pages=100)


def page_text(document: ParsedDocument, number: int) -> str:
    page = document.pages[number - 1]
    return document.text[page.start : page.end]


STORY = [
    *lines("The lighthouse was built long ago.", "Its keeper lit the lamp", "every evening."),
    Run("A second paragraph stands here.", 600),
]


def test_pages_are_numbered_and_cover_the_text(put) -> None:
    document = read(put(pdf([lines("First page."), [], lines("Third page.")])))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert "First page." in page_text(document, 1)
    assert page_text(document, 2) == ""
    assert "Third page." in page_text(document, 3)
    assert document.paged
    assert document.pages[-1].end == len(document.text)


def test_a_wide_gap_begins_a_paragraph(put) -> None:
    document = read(put(pdf([STORY])))
    assert [document.text[block.start : block.end] for block in document.blocks] == [
        "The lighthouse was built long ago.\nIts keeper lit the lamp\nevery evening.",
        "A second paragraph stands here.",
    ]


def test_larger_and_bolder_lines_are_headings(put) -> None:
    page = [
        Run("Annual report", 760, size=20),
        Run("Risks", 730, bold=True),
        *lines("Many things may happen,", "most of them at night.", "Some do not."),
    ]
    document = read(put(pdf([page])))
    headings = [
        (document.text[block.start : block.end], block.level)
        for block in document.blocks
        if block.kind == "heading"
    ]
    assert headings == [("Annual report", 1), ("Risks", 2)]


def test_page_labels_are_kept_where_they_differ_from_the_number(put) -> None:
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /St 3 >>] >>"
    pages = [lines("Preface."), lines("More."), lines("Body.")]
    document = read(put(pdf(pages, catalog=labels)))
    assert [page.label for page in document.pages] == ["i", "ii", None]


def test_words_divided_at_a_line_end_are_joined_and_ligatures_spelt_out() -> None:
    assert settled("consec\x02tetuer eﬃcient ﬁ\ufffend") == "consectetuer efficient find"
    assert settled("1990\x022000") == "1990-2000"


def test_a_divided_word_keeps_the_hyphen_that_it_has_elsewhere() -> None:
    assert settled("long\x02term", "A long-term loan.") == "long-term"
    assert settled("long\x02term", "A longterm, not a long-term loan.") == "longterm"
    assert settled("(Anglo\x02Saxon)") == "(Anglo-Saxon)"
    assert settled("NATIO\x02NAL") == "NATIONAL"


def settled(text: str, elsewhere: str = "") -> str:
    ((line, _),) = joined([[Line(readable(text)), Line(elsewhere)]])
    return line.text


def test_the_second_reader_s_divided_words_are_joined_too() -> None:
    lines_ = marked([Line("The light"), Line("was vis-"), Line("ible from a"), Line("ship")])
    ((*texts,),) = joined([lines_])
    assert [line.text for line in texts] == ["The light", "was visible", "from a", "ship"]


def encrypted(content: bytes, tmp_path: Path, password: str) -> Path:
    source = tmp_path / "plain.pdf"
    source.write_bytes(content)
    writer = pypdf.PdfWriter(clone_from=source)
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    path = tmp_path / "encrypted.pdf"
    writer.write(path)
    return path


def test_a_password_is_asked_for_by_name(tmp_path: Path) -> None:
    with pytest.raises(PasswordProtected, match="password"):
        read(encrypted(pdf([STORY]), tmp_path, "secret"))


def test_an_empty_user_password_opens_the_file(tmp_path: Path) -> None:
    assert "lighthouse" in read(encrypted(pdf([STORY]), tmp_path, "")).text


def test_more_pages_than_allowed_are_counted_and_refused(put) -> None:
    with pytest.raises(TooManyPages, match="3 pages"):
        parse(put(pdf([lines("x")] * 3)), max_pages=2)


def test_half_a_file_is_read_as_far_as_it_goes_or_is_corrupt(put) -> None:
    whole = pdf([lines(f"Page {number} of many.") for number in range(20)])
    for share in (0.02, 0.3, 0.9):
        with suppress(CorruptFile, NoText):
            assert "Page" in read(put(whole[: int(len(whole) * share)])).text


def test_a_file_that_is_no_pdf_is_corrupt(put) -> None:
    with pytest.raises(CorruptFile):
        read(put(b"%PDF-1.7 and nothing else"))


def test_the_picture_of_a_page_is_a_png_of_the_width_asked_for(put) -> None:
    png = page_image(put(pdf([STORY])), 1, 300)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 300
    assert abs(height - 300 * 800 / 420) <= 1
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    assert len(zlib.decompress(png[start : start + length])) == height * (width * 3 + 1)


def test_a_picture_is_never_larger_than_its_bound(put) -> None:
    png = page_image(put(pdf([STORY])), 1, 1_000_000)
    assert struct.unpack(">I", png[16:20]) == (MAX_WIDTH,)


def test_a_page_that_is_not_there_cannot_be_shown(put) -> None:
    with pytest.raises(CorruptFile):
        page_image(put(pdf([STORY])), 2, 300)


def test_a_passage_is_found_on_its_page(put) -> None:
    path = put(pdf([STORY]))
    text = page_text(read(path), 1)
    start = text.index("keeper")
    rects = passage_rects(path, 1, text, start, text.index("evening") + 7)
    assert len(rects) == 2
    above, below = rects
    # 686 and 672 points of 800 up; 72 of 420 from the left.
    assert abs(above.top + above.height - (1 - 686 / 800)) < 0.01
    assert abs(below.left - 72 / 420) < 0.01
    assert below.top > above.top
    assert above.left > below.left


def test_a_passage_is_found_where_it_stands_and_not_where_its_words_stand_first(put) -> None:
    path = put(pdf([lines("same words", "same words", "same words")]))
    text = page_text(read(path), 1)
    start = text.rindex("same")
    (rect,) = passage_rects(path, 1, text, start, start + 10)
    assert abs(rect.top + rect.height - (1 - 672 / 800)) < 0.01


def test_rects_follow_the_page_when_it_is_turned(put) -> None:
    path = put(pdf([STORY], page="/Rotate 90"))
    text = page_text(read(path), 1)
    (rect,) = passage_rects(path, 1, text, 0, len("The lighthouse"))
    assert rect.height > rect.width


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [(90, "0 1 -1 0 {} 200"), (180, "-1 0 0 -1 300 {}"), (270, "0 -1 1 0 {} 600")],
)
def test_a_page_printed_across_is_read_as_it_is_seen(put, turn: int, matrix: str) -> None:
    texts = ("The keeper lit the lamp", "every evening and", "wrote it down.")
    drawn = "\n".join(
        f"BT /F1 11 Tf {matrix.format(abs(offset))} Tm ({text}) Tj ET"
        for offset, text in zip(
            range(-300, -200, 14) if turn == 270 else range(100, 200, 14), texts, strict=False
        )
    )
    document = read(put(pdf([], streams=[drawn], page=f"/Rotate {turn}")))
    (block,) = document.blocks
    assert (block.kind, document.text[block.start : block.end]) == ("paragraph", "\n".join(texts))


def test_what_is_not_on_the_page_has_no_rects(put) -> None:
    path = put(pdf([STORY]))
    assert passage_rects(path, 1, "entirely other words", 0, 20) == []
    assert passage_rects(path, 1, "   ", 0, 3) == []


@pytest.mark.samples
def test_every_passage_of_a_quarterly_report_is_found_on_its_page() -> None:
    path = samples("sec-10q") / "2023 Q1 AAPL.pdf"
    document = read(path)
    for block in document.blocks[::10]:
        page = next(page for page in document.pages if page.end > block.start)
        packed = document.boxes[page.number - 1]
        assert packed is not None
        text = document.text[page.start : page.end]
        place = (block.start - page.start, block.end - page.start)
        rects = boxes.passage_rects(packed, text, *place)
        assert rects, document.text[block.start : block.end]
        if block.kind == "paragraph" and block.end - block.start > 60:
            # Found by their letters, as passages of documents without boxes are.
            searched = passage_rects(path, page.number, text, *place)
            assert abs(searched[0].left - rects[0].left) < 0.01
            assert rects[0].top - 0.001 <= searched[0].top <= rects[0].top + rects[0].height


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("annotated_pdf.pdf", "Some text."),
        ("multicolumn.pdf", "consectetuer adipiscing elit"),
        ("pdflatex-4-pages.pdf", "Hello, here is some text without a meaning."),
        ("habibi.pdf", "habibi"),
        ("pdfkit.pdf", "Foo: bar"),
    ],
)
def test_real_pdfs_give_their_words(name: str, words: str) -> None:
    assert words in read(samples("formats") / name).text


@pytest.mark.samples
def test_real_pdfs_that_cannot_be_read_say_why() -> None:
    with pytest.raises(PasswordProtected):
        read(samples("formats") / "libreoffice-writer-password.pdf")
    picture = read(samples("formats") / "imagemagick-lzw.pdf")
    assert (picture.text, list(picture.scans)) == ("", [1])
