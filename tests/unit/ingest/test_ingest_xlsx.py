"""Excel: what each sheet shows, rows with the names of their columns."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from ingest.errors import CorruptFile, NoText, ParseMemory, PasswordProtected
from ingest.parsed import ParsedDocument
from ingest.parsers import xlsx
from ingest.parsers.grid import HIDDEN_CELLS, HIDDEN_SHEET, CellBudget
from tests.fixtures.parsed import assert_sound, pages, shape

Build = Callable[[openpyxl.Workbook, Worksheet], object]


@pytest.fixture
def read(tmp_path: Path):
    """Reads the workbook that a function builds on its first sheet, `Sales`."""

    def build(fill: Build, budget: CellBudget | None = None) -> ParsedDocument:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Sales"
        fill(book, sheet)
        path = tmp_path / "book.xlsx"
        book.save(path)
        document = xlsx.parse(path, budget)
        assert_sound(document)
        return document

    return build


def lines(document: ParsedDocument) -> list[str]:
    return document.text.split("\n\n")[1].splitlines()


def test_rows_carry_their_header_and_values_look_as_they_are_shown(read) -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.append(["Region", "Since", "Share", "Sales"])
        sheet.append(["Österreich 🏔", date(2022, 1, 1), 0.125, 1234567.5])
        sheet.append(["北京", datetime(2023, 2, 3, 4, 5), 1, -3])  # noqa: DTZ001 # Sheets know no zones.
        for row in sheet.iter_rows(min_row=2):
            row[2].number_format = "0.0%"
            row[3].number_format = '#,##0.00 "€"'

    document = read(fill)
    assert shape(document) == [
        ("heading", 1, "Sales"),
        (
            "table",
            0,
            (
                "Region | Since | Share | Sales\n"
                "Region: Österreich 🏔 | Since: 2022-01-01 | Share: 12.5% | Sales: 1,234,567.50 €\n"
                "Region: 北京 | Since: 2023-02-03 4:05:00 | Share: 100.0% | Sales: -3.00 €"
            ),
        ),
    ]
    assert document.paged
    assert document.pages[0].label == "Sheet Sales"


def test_each_sheet_is_a_page_and_hidden_ones_say_so(read) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.append(["seen"])
        hidden = book.create_sheet("Salaries")
        hidden.append(["secret"])
        hidden.sheet_state = "hidden"
        book.create_sheet("Empty")
        book.create_sheet("مبيعات").append(["مرحبا"])

    document = read(fill)
    assert pages(document) == [
        ("Sheet Sales", "Sales\n\nseen"),
        ("Sheet Salaries (hidden)", f"Salaries\n\n{HIDDEN_SHEET}"),
        ("Sheet Empty", ""),
        ("Sheet مبيعات", "مبيعات\n\nمرحبا"),
    ]


def test_merged_cells_stand_in_each_of_their_rows_and_group_names(read) -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in (
            ["Report of the year", None, None],
            ["Region", "2023", None],
            [None, "Q1", "Q2"],
            ["North", 1, 2],
            [None, 3, 4],
        ):
            sheet.append(row)
        for merged in ("A1:C1", "A2:A3", "B2:C2", "A4:A5"):
            sheet.merge_cells(merged)

    assert shape(read(fill))[1:] == [
        ("paragraph", 0, "Report of the year"),
        (
            "table",
            0,
            (
                "Region | 2023 Q1 | 2023 Q2\n"
                "Region: North | 2023 Q1: 1 | 2023 Q2: 2\n"
                "Region: North | 2023 Q1: 3 | 2023 Q2: 4"
            ),
        ),
    ]


def test_hidden_rows_and_columns_are_left_out_and_filtered_ones_are_not(read) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in (["Name", "Pay"], ["Ann", 1], ["Bob", 2], ["Cid", 3]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        filtered = book.create_sheet("Filtered")
        for row in (["Name", "Pay"], ["Ann", 1], ["Bob", 2]):
            filtered.append(row)
        filtered.auto_filter.ref = "A1:B3"
        filtered.row_dimensions[3].hidden = True

    document = read(fill)
    assert pages(document) == [
        ("Sheet Sales", f"Sales\n\nName\n\nAnn\n\nCid\n\n{HIDDEN_CELLS}"),
        ("Sheet Filtered", "Filtered\n\nName | Pay\nName: Ann | Pay: 1\nName: Bob | Pay: 2"),
    ]


def test_what_a_file_says_of_its_headers_is_believed(read) -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in (["2021", "2022"], ["1", "2"]):
            sheet.append(row)
        sheet.add_table(Table(displayName="Years", ref="A1:B2"))
        frozen = book.create_sheet("Frozen")
        for row in (["About", "this"], ["Key", "Value"], ["a", "b"], ["c", "d"]):
            frozen.append(row)
        frozen.freeze_panes = "A3"

    document = read(fill)
    assert pages(document) == [
        ("Sheet Sales", "Sales\n\n2021 | 2022\n2021: 1 | 2022: 2"),
        (
            "Sheet Frozen",
            "Frozen\n\nAbout | this\n\nKey | Value\nKey: a | Value: b\nKey: c | Value: d",
        ),
    ]


def test_tables_apart_have_their_own_headers_and_parts_of_one_share_it(read) -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in (
            ["City", "People"], ["Cork", 200], [], ["Bonn", 300], [],
            ["River", "Length"], ["Lee", "89 km"], [], [1, 2, 3],
        ):  # fmt: skip
            sheet.append(row)

    assert [text for kind, _, text in shape(read(fill)) if kind == "table"] == [
        "City | People\nCity: Cork | People: 200",
        "City: Bonn | People: 300",
        "River | Length\nRiver: Lee | Length: 89 km",
        "1 | 2 | 3",
    ]


def test_a_formula_shows_what_it_gave_and_an_error_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_sheet(
        path,
        '<row><c t="str"><f>A2</f><v>given</v></c><c><f>1+1</f><v>2</v></c><c><f>9</f></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c t="d"><v>2022-01-01</v></c>'
        '<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>ruby</t></rPh></is></c>'
        '<c t="s"><v>99</v></c><c t="str"><v>two_x000a_lines</v></c></row>',
    )
    assert lines(xlsx.parse(path)) == ["given | 2 | TRUE | #REF! | 2022-01-01 | inline | two lines"]


def test_a_million_blank_rows_take_no_time(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_sheet(
        path,
        '<row r="1"><c r="A1" t="str"><v>first</v></c><c r="C1" s="1"/></row>'
        '<row r="1048576"><c r="XFD1048576" t="str"><v>last</v></c></row>',
        '<mergeCells><mergeCell ref="A1:XFD1000000"/><mergeCell ref="B2:C9"/></mergeCells>',
    )
    begin = time.process_time()
    document = xlsx.parse(path)
    assert time.process_time() - begin < 1
    assert document.text == "Sheet\n\nfirst\n\nlast\n\n"


def test_a_sheet_with_too_many_cells_says_so(read) -> None:
    with pytest.raises(ParseMemory, match="10 filled cells"):
        read(lambda _, sheet: [sheet.append(["x"] * 4) for _ in range(3)], CellBudget(10))


def test_a_workbook_without_cells_has_no_text(read) -> None:
    with pytest.raises(NoText):
        read(lambda _, __: None)


def test_damaged_and_encrypted_workbooks_say_so(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(PasswordProtected):
        xlsx.parse(path)
    write_sheet(path, "<row><c><v>1</v></row>")
    with pytest.raises(CorruptFile):
        xlsx.parse(path)


def write_sheet(path: Path, rows: str, after: str = "") -> None:
    """A workbook whose only sheet has these rows, as XML, and what comes after them."""
    book = openpyxl.Workbook()
    file = io.BytesIO()
    book.save(file)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, sheet if is_sheet else source.read(name))
