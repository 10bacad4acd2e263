"""Chunks: within the window, along the structure, every character once."""

import io
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import Chunker, ChunkOptions, TextChunk, embedded_text
from ingest.parsed import Block, Page, ParsedDocument
from ingest.parsers import docx as word
from ingest.parsers import html, markdown, separated, xlsx
from providers.local.tokenizer import ModelTokenCounter
from tests.fixtures.samples import samples

WINDOW = 64


class WordCounter:
    """A tokenizer whose counts can be told by looking: words, signs, and two special tokens.

    Long words are several tokens, as in a real one.
    """

    def count(self, texts: list[str]) -> list[int]:
        return [2 + sum(_tokens(word) for word in re.findall(r"\w+|[^\w\s]", t)) for t in texts]


def _tokens(word: str) -> int:
    return len(word) if re.match("[\u3040-\u9fff]", word) else -(-len(word) // 6)


def document(*blocks: tuple[str, int, str], pages: int = 1) -> ParsedDocument:
    text, found = "", []
    for kind, level, content in blocks:
        start = len(text)
        text += content
        found.append(Block(kind, start, len(text), level))  # pyright: ignore[reportArgumentType]
        text += "\n\n"
    bounds = [len(text) * place // pages for place in range(pages + 1)]
    sheets = [Page(n, a, b) for n, (a, b) in enumerate(pairwise(bounds), start=1)]
    return ParsedDocument(text, sheets, found, paged=pages > 1)


def chunks_of(parsed: ParsedDocument, target: int = 40, least: int = 15) -> list[TextChunk]:
    options = ChunkOptions(target=target, least=least, heading=12)
    return Chunker(WordCounter(), window=WINDOW, options=options).chunk(parsed)


def assert_sound(parsed: ParsedDocument, chunks: list[TextChunk], window: int) -> None:
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(parsed.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert all(one.end <= two.start for one, two in pairwise(chunks))
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(parsed.text.split())
    for chunk in chunks:
        assert chunk.token_count <= window or len(chunk.text) == 1
        assert chunk.text == chunk.text.strip()
        page = parsed.pages[chunk.page_number - 1]
        assert page.start <= chunk.start < page.end


WORDS = st.text(
    st.sampled_from("abc defg hij. Klm! 中文字。\n,-1\u00e9|: \t🥖👩\u200d🍳e\u0301שלום ไทย"),
    min_size=1,
    max_size=900,
)
CELLS = st.lists(st.text("ab 1.é🥖字", min_size=1, max_size=12), min_size=1, max_size=30)
TABLES = st.lists(
    CELLS.map(lambda row: " | ".join(f"Column {at}: {cell}" for at, cell in enumerate(row))),
    min_size=1,
    max_size=12,
).map("\n".join)
LISTS = st.lists(WORDS.map(lambda item: f"- {' '.join(item.split())}"), max_size=12).map("\n".join)
ENDLESS = st.tuples(
    st.sampled_from(["字", "🥖", "x", "é", "word ", "ไ", "👩\u200d🍳", "e\u0301", "a.", "。"]),
    st.integers(1, 3_000),
).map(lambda run: run[0] * run[1])
BLOCKS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "list", "table", "code"]),
            st.integers(1, 4),
            WORDS,
        ),
        st.tuples(st.just("table"), st.just(0), TABLES),
        st.tuples(st.just("list"), st.just(0), LISTS),
        st.tuples(st.sampled_from(["heading", "paragraph", "code"]), st.integers(1, 4), ENDLESS),
    )
    .map(lambda b: (b[0], b[1] if b[0] == "heading" else 0, b[2].strip()))
    .filter(lambda b: bool(b[2])),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(BLOCKS, st.integers(1, 3))
def test_any_document_is_cut_into_sound_chunks(
    blocks: list[tuple[str, int, str]], pages: int
) -> None:
    parsed = document(*blocks, pages=pages if blocks else 1)
    assert_sound(parsed, chunks_of(parsed), WINDOW)


SENTENCE = "The keeper lit the lamp every evening."


def test_a_short_document_is_one_chunk_with_its_heading_inside() -> None:
    (chunk,) = chunks_of(document(("heading", 1, "Lamps"), ("paragraph", 0, SENTENCE)))
    assert chunk.text == f"Lamps\n\n{SENTENCE}"
    assert chunk.heading == ""


def test_a_later_chunk_of_a_section_carries_the_headings_above_it() -> None:
    parsed = document(
        ("heading", 1, "Coast"), ("heading", 2, "# Lamps"), ("paragraph", 0, f"{SENTENCE} " * 9)
    )
    chunks = chunks_of(parsed)
    assert len(chunks) > 1
    assert [chunk.heading for chunk in chunks] == ["", *["Coast > Lamps"] * (len(chunks) - 1)]
    assert chunks[1].embedded == f"Coast > Lamps\n{chunks[1].text}"


def test_chunks_end_where_sentences_end() -> None:
    chunks = chunks_of(document(("paragraph", 0, f"{SENTENCE} " * 30)))
    assert all(chunk.text.endswith("evening.") for chunk in chunks)


def test_a_paragraph_over_the_target_is_divided_evenly() -> None:
    chunks = chunks_of(document(("paragraph", 0, f"{SENTENCE} " * 5)))
    sizes = [chunk.token_count for chunk in chunks]
    assert len(sizes) == 2
    assert min(sizes) > 0.6 * max(sizes)


def test_a_section_begins_a_chunk_unless_the_one_before_is_small() -> None:
    long, short = f"{SENTENCE} " * 3, SENTENCE
    apart = chunks_of(
        document(("paragraph", 0, long), ("heading", 1, "B"), ("paragraph", 0, short))
    )
    assert [chunk.text.startswith("B") for chunk in apart] == [False, True]
    joined = chunks_of(
        document(("paragraph", 0, short), ("heading", 1, "B"), ("paragraph", 0, short))
    )
    assert len(joined) == 1


def test_a_heading_is_never_the_last_line_of_a_chunk() -> None:
    blocks = [("heading", 2, "Part"), ("paragraph", 0, f"{SENTENCE} " * 4)] * 6
    assert not any(chunk.text.endswith("Part") for chunk in chunks_of(document(*blocks)))


def test_rows_of_a_table_stay_whole() -> None:
    rows = [f"City: Cork{n} | River: Lee | Note: quiet" for n in range(20)]
    for chunk in chunks_of(document(("table", 0, "\n".join(rows)))):
        assert set(chunk.text.split("\n")) <= set(rows)


ROWS = 60
NAMES = ("Harbour", "Depth", "Keeper")


def markdown_table() -> bytes:
    rows = [NAMES, ("---",) * 3, *cells()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows).encode()


def html_table() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in cells())
    head = "".join(f"<th>{name}</th>" for name in NAMES)
    return f"<table><thead><tr>{head}</tr></thead>{rows}</table>".encode()


def separated_table() -> bytes:
    return "\n".join(";".join(row) for row in (NAMES, *cells())).encode()


def sheet() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (NAMES, *cells()):
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def word_table() -> bytes:
    written, out = docx.Document(), io.BytesIO()
    table = written.add_table(rows=0, cols=len(NAMES))
    for row in (NAMES, *cells()):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    written.save(out)
    return out.getvalue()


def cells() -> list[tuple[str, str, str]]:
    return [(f"Bay {n}", f"{n * 3} m", f"Anna the {n}th of them") for n in range(1, ROWS + 1)]


@pytest.mark.parametrize(
    ("parse", "made"),
    [
        (markdown.parse, markdown_table),
        (html.parse, html_table),
        (separated.parse, separated_table),
        (xlsx.parse, sheet),
        (word.parse, word_table),
    ],
    ids=["markdown", "html", "csv", "xlsx", "docx"],
)
def test_every_row_of_a_long_table_has_the_names_of_its_columns_in_its_chunk(
    tmp_path: Path, parse: Callable[[Path], ParsedDocument], made: Callable[[], bytes]
) -> None:
    path = tmp_path / "table"
    path.write_bytes(made())
    parsed = parse(path)
    chunks = chunks_of(parsed)

    assert_sound(parsed, chunks, WINDOW)
    assert len(chunks) > ROWS / 10
    rows = [line for chunk in chunks for line in chunk.text.split("\n") if "Bay" in line]
    assert rows == [
        f"Harbour: {bay} | Depth: {depth} | Keeper: {keeper}" for bay, depth, keeper in cells()
    ]


def test_a_row_wider_than_a_chunk_is_divided_between_its_cells() -> None:
    named = [f"Column {n}: a, b: {n}" for n in range(60)]
    parsed = document(("table", 0, " | ".join(named)))
    chunks = chunks_of(parsed)

    assert_sound(parsed, chunks, WINDOW)
    assert len(chunks) > 3
    assert [
        cell for chunk in chunks for cell in re.split(r" \| ", chunk.text.removesuffix(" |"))
    ] == named


def test_a_long_heading_path_loses_its_outermost_parts() -> None:
    blocks = [
        ("heading", 1, "A very long outermost heading of many words indeed, and more of them"),
        ("heading", 2, "Inner"),
        ("paragraph", 0, f"{SENTENCE} " * 9),
    ]
    assert {chunk.heading for chunk in chunks_of(document(*blocks))} == {"", "Inner"}


def test_a_script_without_spaces_is_cut_at_its_own_full_stops() -> None:
    parsed = document(("paragraph", 0, "守护者每天晚上点亮灯塔的灯。" * 12))
    chunks = chunks_of(parsed)
    assert_sound(parsed, chunks, WINDOW)
    assert all(chunk.text.endswith("。") for chunk in chunks)


def test_a_document_without_blocks_has_no_chunks() -> None:
    assert chunks_of(ParsedDocument("", [Page(1, 0, 0)], [], paged=False)) == []


def test_embedded_text_puts_the_headings_first() -> None:
    assert embedded_text("A > B", "text") == "A > B\ntext"
    assert embedded_text("", "text") == "text"


@pytest.mark.parametrize("line", ["x" * 60_000, "word " * 12_000, "字" * 20_000])
def test_one_giant_line_stays_within_the_real_window(
    line: str, token_counter: ModelTokenCounter
) -> None:
    parsed = document(("paragraph", 0, line.strip()))
    assert_sound(parsed, Chunker(token_counter, window=256).chunk(parsed), 256)


@pytest.mark.samples
def test_a_real_text_stays_within_the_real_window(token_counter: ModelTokenCounter) -> None:
    path: Path = samples("chunking") / "state_of_the_union.md"
    parsed = markdown.parse(path)
    chunks = Chunker(token_counter, window=256).chunk(parsed)
    assert_sound(parsed, chunks, 256)
    counted = token_counter.count([chunk.embedded for chunk in chunks])
    assert counted == [chunk.token_count for chunk in chunks]
