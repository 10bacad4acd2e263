"""Columns of prose, however the file draws them."""

from itertools import chain
from pathlib import Path

import pytest

from ingest.boxes import passage_rects
from ingest.parsed import ParsedDocument
from ingest.parsers.pdf import parse
from tests.fixtures.pdf import Run, pdf
from tests.fixtures.samples import samples

LEFT = (
    "The lighthouse was built long",
    "ago by people of the island",
    "who wanted their ships safe",
    "and sound at home in winter.",
)
RIGHT = (
    "Its keeper lit the lamp at dusk",
    "and trimmed it every hour of",
    "the night until the sun came",
    "up again over the grey sea.",
)


def column(texts: tuple[str, ...], x: float) -> list[Run]:
    return [Run(text, 700 - 14 * place, x=x) for place, text in enumerate(texts)]


def line_by_line(*columns: list[Run]) -> list[Run]:
    return list(chain.from_iterable(zip(*columns, strict=True)))


@pytest.fixture
def read(tmp_path: Path):
    def parsed(runs: list[Run]) -> ParsedDocument:
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf([runs]))
        return parse(path, max_pages=1)

    return parsed


def test_columns_that_are_drawn_one_after_the_other_are_read_so(read) -> None:
    document = read([*column(LEFT, 40), *column(RIGHT, 230)])
    assert document.text.split() == " ".join([*LEFT, *RIGHT]).split()


def test_columns_that_are_drawn_line_by_line_are_read_one_after_the_other(read) -> None:
    heading = Run("All about the lighthouse and those who kept it burning", 740, x=40)
    document = read([heading, *line_by_line(column(LEFT, 40), column(RIGHT, 230))])
    assert document.text.split() == " ".join([heading.text, *LEFT, *RIGHT]).split()
    (packed,) = document.boxes
    assert packed is not None
    start = document.text.index("Its keeper")
    (rect,) = passage_rects(packed, document.text, start, start + len("Its keeper"))
    assert abs(rect.left - 230 / 420) < 0.01


def test_a_table_of_words_is_read_row_by_row(read) -> None:
    names = ("Lamp keeper", "Boat builder", "Harbour master", "Baker")
    work = ("Lights the lamp at dusk", "Mends what storms broke", "Counts ships", "Bakes bread")
    document = read(line_by_line(column(names, 40), column(work, 230)))
    assert (
        document.text.split()
        == " ".join(chain.from_iterable(zip(names, work, strict=True))).split()
    )


@pytest.mark.samples
def test_a_real_page_of_two_columns_is_read_one_after_the_other() -> None:
    text = " ".join(parse(samples("formats") / "multicolumn.pdf", max_pages=5).text.split())
    assert "Lorem ipsum dolor sit amet, consectetuer adipiscing elit. Ut purus elit" in text
    assert text.index("Abstract") < text.index("Nam dui ligula")
