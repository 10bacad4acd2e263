"""OpenDocument: texts, sheets and slides as they are seen."""

import time
from pathlib import Path

import pytest

from ingest.errors import CorruptFile, NoText, PasswordProtected
from ingest.parsed import ParsedDocument
from ingest.parsers import grid, odf
from tests.fixtures.parsed import assert_sound, pages, shape
from tests.fixtures.zips import write_zip

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "presentation": "presentation", "manifest": "manifest",
    }.items()
)  # fmt: skip


@pytest.fixture
def read(tmp_path: Path):
    def build(kind: str, body: str, styles: str = "") -> ParsedDocument:
        content = (
            f"<office:document-content {NAMES}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>"
        )
        document = odf.parse(write_zip(tmp_path / "file", {"content.xml": content}))
        assert_sound(document)
        return document

    return build


def style(name: str, properties: str) -> str:
    return f'<style:style style:name="{name}">{properties}</style:style>'


def test_headings_lists_tables_and_notes_keep_their_order(read) -> None:
    document = read(
        "text",
        '<text:p text:style-name="Title">تقرير</text:p>'
        '<text:h text:outline-level="2">Part 一</text:h>'
        '<text:p>Two<text:s text:c="2"/>spaces<text:tab/>and<text:line-break/>a break 🎈'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note."
        "</text:p></text:note-body></text:note>.</text:p>"
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item>"
        "<text:p>deeper</text:p></text:list-item></text:list></text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>City"
        "</text:p></table:table-cell><table:table-cell><text:p>River</text:p></table:table-cell>"
        "</table:table-row></table:table-header-rows><table:table-row>"
        '<table:table-cell table:number-rows-spanned="2"><text:p>Cork</text:p></table:table-cell>'
        "<table:table-cell><text:p>Lee</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:covered-table-cell/><table:table-cell><text:p>Bride</text:p>"
        "</table:table-cell></table:table-row></table:table>",
    )
    assert shape(document) == [
        ("heading", 1, "تقرير"),
        ("heading", 2, "Part 一"),
        ("paragraph", 0, "Two  spaces\tand\na break 🎈."),
        ("paragraph", 0, "A note."),
        ("list", 0, "- one\n  - deeper"),
        ("table", 0, "City | River\nCity: Cork | River: Lee\nCity: Cork | River: Bride"),
    ]
    assert not document.paged


def test_what_a_reader_does_not_see_is_left_out(read) -> None:
    document = read(
        "text",
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:section text:display="none"><text:p>hidden section</text:p></text:section>'
        "<text:p>seen<office:annotation><text:p>a remark</text:p></office:annotation>"
        '<text:span text:style-name="H">hidden</text:span></text:p>',
        style("H", '<style:text-properties text:display="none"/>'),
    )
    assert document.text.strip() == "seen"


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def test_sheets_are_pages_with_values_as_they_are_shown(read) -> None:
    document = read(
        "spreadsheet",
        '<table:table table:name="Sales"><table:table-row>'
        + cell("Region") + cell("Sales")
        + "</table:table-row><table:table-row>"
        + cell("North") + cell("1,234.50 €", 'office:value="1234.5"')
        + '</table:table-row></table:table><table:table table:name="Secret" table:style-name="H">'
        "<table:table-row>" + cell("hidden") + "</table:table-row></table:table>",
        style("H", '<style:table-properties table:display="false"/>'),
    )  # fmt: skip
    assert pages(document) == [
        ("Sheet Sales", "Sales\n\nRegion | Sales\nRegion: North | Sales: 1,234.50 €"),
        ("Sheet Secret (hidden)", f"Secret\n\n{grid.HIDDEN_SHEET}"),
    ]


def test_hidden_rows_and_columns_are_left_out_and_merged_cells_repeated(read) -> None:
    row = "<table:table-row {}>{}</table:table-row>"
    covered = "<table:covered-table-cell/>"
    document = read(
        "spreadsheet",
        '<table:table table:name="S"><table:table-columns><table:table-column '
        'table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
        "</table:table-columns><office:forms/><table:table-header-rows>"
        + row.format("", cell("Name") + cell("Pay") + cell("Secret"))
        + "</table:table-header-rows><table:table-row-group>"
        + row.format("", cell("Ann", 'table:number-rows-spanned="2"') + cell("1") + cell("x"))
        + row.format("", covered + cell("2") + cell("y"))
        + row.format('table:visibility="collapse"', cell("Bob") + cell("3"))
        + row.format('table:visibility="filter"', cell("Cid") + cell("4"))
        + "</table:table-row-group></table:table>",
    )
    assert pages(document) == [
        (
            "Sheet S",
            "S\n\nName | Pay\nName: Ann | Pay: 1\nName: Ann | Pay: 2\n\nName: Cid | Pay: 4\n\n"
            + grid.HIDDEN_CELLS,
        )
    ]


def test_a_million_blank_rows_take_no_time(read) -> None:
    row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    blank = '<table:table-cell table:number-columns-repeated="16000"/>'
    begin = time.process_time()
    document = read(
        "spreadsheet",
        '<table:table table:name="S">'
        + row.format(1, cell("first") + blank + cell("last"))
        + row.format(1_000_000, blank)
        + row.format(2, cell("again"))
        + "</table:table>",
    )
    assert time.process_time() - begin < 1
    assert document.text == "S\n\nfirst | last\n\nagain\n\nagain\n\n"


def test_slides_are_pages_with_their_notes(read) -> None:
    frame = '<draw:frame presentation:class="{}"><draw:text-box>{}</draw:text-box></draw:frame>'
    item = "<text:list-item><text:p>a</text:p></text:list-item>"
    document = read(
        "presentation",
        "<draw:page>" + frame.format("title", "<text:p>Why</text:p>")
        + frame.format("outline", f"<text:list>{item}</text:list>")
        + "<presentation:notes>" + frame.format("notes", "<text:p>Slowly.</text:p>")
        + frame.format("page-number", "<text:p>1</text:p>")
        + '</presentation:notes></draw:page><draw:page draw:style-name="H">'
        + frame.format("", "<text:p>Spare</text:p>") + "</draw:page>",
        style("H", '<style:drawing-page-properties presentation:visibility="hidden"/>'),
    )  # fmt: skip
    assert pages(document) == [
        ("Slide 1", "Why\n\n- a\n\nNotes: Slowly."),
        ("Slide 2 (hidden)", "Slide 2\n\nSpare"),
    ]


@pytest.mark.parametrize("kind", ["text", "spreadsheet", "presentation"])
def test_nothing_to_see_is_no_text(read, kind: str) -> None:
    with pytest.raises(NoText):
        read(kind, "<draw:page/>" if kind == "presentation" else "")


def test_damaged_and_encrypted_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(CorruptFile):
        odf.parse(write_zip(tmp_path / "file", {"mimetype": "x"}))
    with pytest.raises(CorruptFile):
        odf.parse(write_zip(tmp_path / "file", {"content.xml": "<a"}))
    manifest = f"<manifest:manifest {NAMES}><manifest:encryption-data/></manifest:manifest>"
    with pytest.raises(PasswordProtected):
        odf.parse(write_zip(tmp_path / "file", {"META-INF/manifest.xml": manifest}))
