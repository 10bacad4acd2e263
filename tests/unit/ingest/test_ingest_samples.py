"""Real files of other people: what kind each is, its structure, its text, or why there is none."""

from dataclasses import dataclass

import pytest

from ingest.errors import IngestError
from ingest.parsed import ParsedDocument
from ingest.parsers import docx, epub, html, markdown, odf, pptx, rtf, separated, xlsx
from ingest.sniff import HEAD_BYTES, TAIL_BYTES, Kind, sniff
from tests.fixtures.parsed import assert_sound
from tests.fixtures.samples import samples

READERS = {
    Kind.DOCX: docx.parse, Kind.PPTX: pptx.parse, Kind.XLSX: xlsx.parse, Kind.ODT: odf.parse,
    Kind.EPUB: epub.parse, Kind.RTF: rtf.parse, Kind.HTML: html.parse,
    Kind.MARKDOWN: markdown.parse, Kind.CSV: separated.parse,
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """What is read of a file.

    Attributes:
        kinds: Of its blocks, each once, in the order in which they first come.
        labels: Of its pages.
        texts: Pieces of its text.
    """

    kind: Kind
    kinds: str
    labels: tuple[str | None, ...]
    texts: tuple[str, ...]


RIGHTS = "nacen libres e iguales en dignidad y derechos y, dotados como están de razón"
EXPECTED = {
    "emoji.xlsx": Expected(Kind.XLSX, "heading paragraph", ("Sheet Sheet1",), ("🤠😅",)),
    "eng_spa.xlsx": Expected(
        Kind.XLSX,
        "heading paragraph",
        ("Sheet English", "Sheet Spanish"),
        ("English text\n\nAll human beings are born free", RIGHTS),
    ),
    "eng_spa_mult.docx": Expected(Kind.DOCX, "paragraph", (None,), ("born free and equal", RIGHTS)),
    "eng_spa_mult.epub": Expected(
        Kind.EPUB, "heading paragraph", ("Untitled document",), ("born free and equal", RIGHTS)
    ),
    "eng_spa_mult.html": Expected(Kind.HTML, "paragraph", (None,), ("born free and equal", RIGHTS)),
    "eng_spa_mult.md": Expected(
        Kind.MARKDOWN, "paragraph", (None,), ("born free and equal", RIGHTS)
    ),
    "fake-doc.rtf": Expected(
        Kind.RTF,
        "heading paragraph table",
        (None,),
        (
            "My First Heading\n\nMy first paragraph.",
            "Column 1 | Column 2\nColumn 1: Row 1, Cell 1 | Column 2: Row 1, Cell 2\n",
        ),
    ),
    "fake-html-cp1252.html": Expected(
        Kind.HTML,
        "heading paragraph code",
        (None,),
        ("Die schöne Frau", "L'été était très chaud", "El niño comió", "¡Qué", "O João", "åt"),
    ),
    "fake-power-point-table.pptx": Expected(
        Kind.PPTX,
        "heading table",
        ("Slide 1",),
        (
            "A Slide with a Table\n\nColumn 1 | Column 2 | Column 3\n",
            "Column 1: Tangerine | Column 2: Pink | Column 3: Aqua",
        ),
    ),
    "ideas-page.html": Expected(
        Kind.HTML, "paragraph", (None,), ("The way to get new ideas is to notice anomalies",)
    ),
    "simple.odt": Expected(
        Kind.ODT,
        "heading paragraph list",
        (None,),
        ("These are a few of my favorite things:\n\n• Parrots", "- Hockey", "This is my third"),
    ),
    "simple.pptx": Expected(
        Kind.PPTX,
        "heading paragraph list",
        ("Slide 1", "Slide 2"),
        ("With a subtitle", "Things to think about\n\n- How much is enough?\n- If not now when?"),
    ),
    "stanley-cups-utf-16.csv": Expected(
        Kind.CSV,
        "paragraph table",
        (None,),
        (
            "Stanley Cups\n\nTeam | Location | Stanley Cups\n",
            "Team: Maple Leafs | Location: TOR | Stanley Cups: 13",
        ),
    ),
    "teams_chat.docx": Expected(
        Kind.DOCX,
        "paragraph table",
        (None,),
        ("0:0:3.270 --> 0:0:4.250\nJames Bond\nUmm.", "saved-by | Dennis Forsythe"),
    ),
    "umlauts-non-utf8.md": Expected(
        Kind.MARKDOWN, "heading paragraph", (None,), ("## können\n\nkönnen\n\näöüß",)
    ),
}
REFUSED = {"password_protected.xlsx": (Kind.XLSX, "password_protected")}


def read(name: str, called: str) -> tuple[Kind, ParsedDocument]:
    path = samples("formats") / name
    content = path.read_bytes()
    kind = sniff(content[:HEAD_BYTES], content[-TAIL_BYTES:], called)
    return kind, READERS[kind](path)


@pytest.mark.samples
@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_is_read_with_its_structure(name: str) -> None:
    expected = EXPECTED[name]
    kind, document = read(name, name)
    assert_sound(document)
    assert kind is expected.kind
    assert " ".join(dict.fromkeys(block.kind for block in document.blocks)) == expected.kinds
    assert tuple(page.label for page in document.pages) == expected.labels
    for text in expected.texts:
        assert text in document.text


@pytest.mark.samples
@pytest.mark.parametrize("name", REFUSED)
def test_a_real_file_that_cannot_be_read_says_why(name: str) -> None:
    with pytest.raises(IngestError) as refused:
        read(name, name)
    assert refused.value.code == REFUSED[name][1]


@pytest.mark.samples
@pytest.mark.parametrize(
    "name", [name for name in EXPECTED if not name.endswith((".csv", ".md", "page.html"))]
)
def test_a_wrong_name_changes_nothing(name: str) -> None:
    kind, document = read(name, "report.pdf")
    assert kind is EXPECTED[name].kind
    assert document.text
