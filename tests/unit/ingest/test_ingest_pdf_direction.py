"""Arabic and Hebrew in PDFs: letters in the order of reading, whatever the file's order is."""

from pathlib import Path

import pytest

from ingest.parsers.pdf import parse
from ingest.parsers.pdf_direction import in_reading_order
from tests.fixtures.pdf import pdf_file
from tests.fixtures.samples import samples

WORD = "مرحبا"


def from_the_left(count: int) -> list[tuple[float, float]]:
    return [(place * 5.0, place * 5.0 + 5) for place in range(count)]


def test_a_word_that_came_as_it_stands_from_the_left_is_turned() -> None:
    assert in_reading_order(WORD[::-1], from_the_left(5)) == WORD


def test_a_word_in_order_is_left_alone() -> None:
    assert in_reading_order(WORD, from_the_left(5)[::-1]) == WORD


def test_a_word_in_pieces_is_put_together() -> None:
    # Its comma stands at the left and came last.
    spans = [*from_the_left(6)[1:], (0.0, 5.0)]
    assert in_reading_order(WORD[::-1] + "،", spans) == WORD + "،"


def test_numbers_and_names_within_run_from_the_left() -> None:
    # From the left: (2023/PDF)ba, in letters of the alphabet for those of Arabic.
    shown = "2023-PDF" + "با"[::-1]
    assert in_reading_order(shown, from_the_left(len(shown))) == "با" + "2023-PDF"


def test_shapes_become_letters() -> None:
    shapes = "\ufee3\ufeae\ufea3\ufe92\ufe8e"
    assert in_reading_order(shapes, from_the_left(5)[::-1]) == WORD
    # One shape of two letters, in a word that came from the left.
    assert in_reading_order("\ufefb\ufe8d", from_the_left(2)) == "ا" + "لا"


def test_a_mark_stays_with_its_letter() -> None:
    spans = [(0.0, 5.0), (5.0, 10.0), (6.0, 8.0)]
    assert in_reading_order("بَح"[0] + "ح" + "\u064e", spans) == "ح\u064eب"


def test_a_page_that_draws_letters_from_the_left_is_read_in_order(tmp_path: Path) -> None:
    """The five letters of a word, drawn from the left as files do: the last one first."""
    codes = "".join(
        f"<{place:02x}> <{ord(letter):04x}>\n"
        for place, letter in zip(range(0x61, 0x66), WORD[::-1], strict=True)
    )
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def "
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"5 beginbfchar\n{codes}endbfchar endcmap end end"
    )
    drawn = "BT /F1 20 Tf 72 700 Td (abcde) Tj ET"
    path = tmp_path / "file.pdf"
    path.write_bytes(
        pdf_file(
            [
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>",
                f"<< /Length {len(unicode_map)} >>\nstream\n{unicode_map}\nendstream",
                (
                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 800] /Contents 6 0 R"
                    " /Resources << /Font << /F1 3 0 R >> >> >>"
                ),
                f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
            ]
        )
    )
    assert parse(path, max_pages=1).text.strip() == WORD


@pytest.mark.samples
def test_a_real_arabic_word_is_read_in_order() -> None:
    assert "حَبيبي" in parse(samples("formats") / "habibi.pdf", max_pages=1).text
