"""Where words stand: packed and unpacked, and over the very ink on the page."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.boxes import GRID, NOWHERE, pack, passage_rects, unpack
from ingest.parsed import Rect
from ingest.parsers.pdf import parse
from ingest.parsers.pdf_view import page_image
from tests.fixtures.pdf import Run, lines, pdf

STEP = st.integers(0, GRID)
BOX = st.tuples(STEP, STEP, STEP, STEP)


@given(st.lists(st.lists(BOX, min_size=1, max_size=3)))
def test_what_is_packed_is_unpacked(words) -> None:
    assert unpack(pack(words)) == words


def test_a_page_of_words_takes_less_than_its_text() -> None:
    words = [
        [(300 + 90 * place, 400 + 60 * line, 370 + 90 * place + place % 7, 440 + 60 * line)]
        for line in range(50)
        for place in range(10)
    ]
    assert len(pack(words)) < 500 * 4


def test_one_rectangle_a_line_from_the_first_word_to_the_last() -> None:
    words = [[(400, 100, 800, 200)], [(820, 100, 900, 200)], [(400, 300, 600, 400)]]
    packed = pack(words)
    assert passage_rects(packed, "one two\nthree", 4, 13) == [
        Rect(820 / GRID, 100 / GRID, 80 / GRID, 100 / GRID),
        Rect(400 / GRID, 300 / GRID, 200 / GRID, 100 / GRID),
    ]
    (whole, _) = passage_rects(packed, "one two\nthree", 0, 13)
    assert whole == Rect(400 / GRID, 100 / GRID, 500 / GRID, 100 / GRID)


def test_a_divided_word_is_marked_on_both_lines_and_a_repeated_one_nowhere() -> None:
    words = [[(0, 0, 10, 10)], [(3000, 100, 3200, 200), (400, 300, 600, 400)], [NOWHERE]]
    marked = passage_rects(pack(words), "a lighthouse Year:", 2, 18)
    assert [rect.top for rect in marked] == [100 / GRID, 300 / GRID]


def test_a_part_of_a_line_without_spaces_is_marked_by_its_share() -> None:
    packed = pack([[(0, 0, 1000, 100)]])
    assert passage_rects(packed, "灯台守は毎晩灯をと", 3, 6) == [
        Rect(333 / GRID, 0.0, 334 / GRID, 100 / GRID)
    ]


def test_columns_of_a_row_far_apart_are_marked_each_for_itself() -> None:
    packed = pack([[(0, 0, 300, 40)], [(3000, 0, 3300, 40)]])
    assert len(passage_rects(packed, "Sales 66", 0, 8)) == 2


def test_boxes_of_another_text_mark_nothing() -> None:
    assert passage_rects(pack([[(0, 0, 9, 9)]]), "two words", 0, 9) == []


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate 270",
        "/CropBox [50 500 350 720]",
        "/Rotate 90 /CropBox [50 500 350 720]",
        "/UserUnit 2",
    ],
)
def test_the_marked_box_covers_the_word_s_ink_and_little_else(tmp_path: Path, page: str) -> None:
    """Drawn once with the word and once without: what differs is its ink."""
    runs = [*lines("The lighthouse was built", "long ago.", "Its"), Run("lamp", 650, x=200)]
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf([runs], page=page))
    document = parse(path, max_pages=1)
    start = document.text.index("lamp")
    packed = document.boxes[0]
    assert packed is not None
    (rect,) = passage_rects(packed, document.text, start, start + 4)
    inked = pixels(page_image(path, 1, 800))
    path.write_bytes(pdf([runs[:-1]], page=page))
    bare = pixels(page_image(path, 1, 800))
    left, top, right, foot = edges_of_difference(inked, bare)
    slack = 2 / 400
    assert rect.left - slack <= left
    assert rect.top - slack <= top
    assert right <= rect.left + rect.width + slack
    assert foot <= rect.top + rect.height + slack
    # A line is higher than its lower-case letters: at most three times here.
    assert rect.width * rect.height <= 3 * (right - left) * (foot - top)


def pixels(png: bytes) -> list[list[int]]:
    """Rows of grey values of a PNG as `page_image` packs it: RGB without filters."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    content = zlib.decompress(png[start : start + length])
    stride = width * 3 + 1
    return [list(content[y * stride + 1 : (y + 1) * stride : 3]) for y in range(height)]


def edges_of_difference(one: list[list[int]], other: list[list[int]]) -> tuple[float, ...]:
    """Left, top, right and lower edge of what differs, as shares of width and height."""
    rows = [y for y, row in enumerate(one) if row != other[y]]
    width, height = len(one[0]), len(one)
    columns = [x for x in range(width) if any(one[y][x] != other[y][x] for y in rows)]
    assert len(rows) > 5
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height
