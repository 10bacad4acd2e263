"""Tables of numbers in PDFs: rows that say what their numbers are."""

from pathlib import Path

import pytest

from ingest.boxes import passage_rects, unpack
from ingest.parsed import ParsedDocument
from ingest.parsers.pdf import parse
from tests.fixtures.pdf import Run, lines, pdf
from tests.fixtures.samples import samples


@pytest.fixture
def read(tmp_path: Path):
    def parsed(*runs: Run) -> ParsedDocument:
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf([runs]))
        return parse(path, max_pages=1)

    return parsed


def row(y: float, label: str, *cells: str, at: tuple[float, ...] = (200, 300, 360)) -> list[Run]:
    """A label and cells, in the order of reading."""
    placed = [Run(cell, y, x=x) for cell, x in zip(cells, at, strict=False)]
    return [Run(label, y, x=40), *placed]


def blocks(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(each.kind, document.text[each.start : each.end]) for each in document.blocks]


SALES = [
    *row(600, "Products", "96,388", "104,429"),
    *row(586, "Services", "20,766", "19,516"),
    *row(572, "Total", "117,154", "123,945"),
]


def test_rows_carry_the_names_of_their_columns(read) -> None:
    document = read(Run("2022", 620, x=205), Run("2021", 620, x=305), *SALES)
    assert blocks(document) == [
        (
            "table",
            """2022 | 2021
Products | 2022: 96,388 | 2021: 104,429
Services | 2022: 20,766 | 2021: 19,516
Total | 2022: 117,154 | 2021: 123,945""",
        )
    ]


def test_a_name_of_two_lines_is_put_together_however_the_file_orders_them(read) -> None:
    head = [
        Run("June 25,", 634, x=195),
        Run("2022", 620, x=205),
        Run("June 26,", 634, x=295),
        Run("2021", 620, x=305),
    ]
    text = read(*head, *SALES).text
    assert "Services | June 25, 2022: 20,766 | June 26, 2021: 19,516\n" in text


def test_names_that_repeat_by_group_have_the_group_s_before_them(read) -> None:
    at = (150, 210, 280, 340)
    document = read(
        Run("Three Months", 634, x=160),
        Run("Nine Months", 634, x=295),
        *[Run(year, 620, x=x + 2) for year, x in zip(("2022", "2021") * 2, at, strict=True)],
        *row(600, "Revenue", "18,120", "5,931", "38,819", "20,923", at=at),
        *row(586, "Cost", "4,720", "2,754", "11,309", "9,400", at=at),
    )
    assert document.text.endswith(
        "Cost | Three Months 2022: 4,720 | 2021: 2,754 | Nine Months 2022: 11,309 | 2021: 9,400\n\n"
    )


def test_a_currency_and_a_percent_belong_to_their_number(read) -> None:
    document = read(
        *[Run("2022", 620, x=225), Run("Change", 620, x=300)],
        *row(600, "Net sales", "$", "65,775", "(8)", "%", at=(190, 230, 300, 316)),
        *row(586, "Other income", "$", "(393)", "12", "%", at=(190, 236, 303, 316)),
    )
    assert "Net sales | 2022: $ 65,775 | Change: (8) %" in document.text


def test_lines_without_numbers_stay_in_their_place(read) -> None:
    document = read(
        *[Run("2022", 640, x=205), Run("2021", 640, x=305), Run("Sales:", 620, x=40)],
        *SALES,
    )
    ((_, text),) = blocks(document)
    assert text.split("\n")[:2] == ["2022 | 2021", "Sales:"]


def test_without_names_rows_stay_as_they_are(read) -> None:
    ((kind, text),) = blocks(read(*SALES))
    assert (kind, text.split("\n")[0]) == ("table", "Products 96,388 104,429")


def test_a_sentence_above_and_a_page_s_number_below_are_no_part_of_a_table(read) -> None:
    document = read(
        Run("The following table shows what was sold in all of these years.", 640, x=40),
        *[Run("2022", 620, x=205), Run("2021", 620, x=305)],
        *SALES,
        Run("17", 540, x=230),
    )
    assert [kind for kind, _ in blocks(document)] == ["paragraph", "table", "paragraph"]


def test_prose_is_no_table(read) -> None:
    text = ("In 2022 we sold 96,388 lamps,", "of which 20,766 were red and", "75,622 were not.")
    assert [kind for kind, _ in blocks(read(*lines(*text)))] == ["paragraph"]


def test_a_number_is_marked_where_it_stands_and_its_repeated_name_nowhere(read) -> None:
    document = read(Run("2022", 620, x=205), Run("2021", 620, x=305), *SALES)
    (packed,) = document.boxes
    assert packed is not None
    assert len(unpack(packed)) == len(document.text.split())
    start = document.text.index("2021: 19,516")
    (rect,) = passage_rects(packed, document.text, start, start + len("2021: 19,516"))
    assert abs(rect.left - 300 / 420) < 0.01
    assert abs(rect.top + rect.height - (1 - 586 / 800)) < 0.01


@pytest.mark.samples
def test_a_report_s_tables_are_rows_with_names() -> None:
    document = parse(samples("sec-10q") / "2022 Q3 AAPL.pdf", max_pages=100)
    assert (
        "Products | Three Months Ended June 25, 2022: $ 63,355 | June 26, 2021: $ 63,948 | "
        "Nine Months Ended June 25, 2022: $ 245,241 | June 26, 2021: $ 232,309\n"
    ) in document.text
    assert sum(block.kind == "table" for block in document.blocks) > 25
    for page, packed in zip(document.pages, document.boxes, strict=True):
        assert packed is not None
        assert len(unpack(packed)) == len(document.text[page.start : page.end].split())
