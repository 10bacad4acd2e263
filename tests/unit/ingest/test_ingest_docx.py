"""Word: the text as printed, with its headings, lists, tables and notes."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from ingest.errors import CorruptFile, ParseMemory, PasswordProtected
from ingest.parsers import docx as docx_parser
from ingest.parsers import package as packages
from tests.fixtures.bombs import DOCUMENT
from tests.fixtures.bombs import word_file as made_word_file
from tests.fixtures.parsed import assert_sound, shape


@pytest.fixture
def put(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def word_file(tmp_path: Path) -> Path:
    document = docx.Document()
    document.add_heading("Report", 1)
    document.add_heading("Part", 2)
    document.add_paragraph("Some words.")
    numbered = document.add_paragraph("first", style="List Bullet")
    numbered._p.get_or_add_pPr().get_or_add_numPr()
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, [("City", "River"), ("Cork", "Lee")], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    path = tmp_path / "report.docx"
    document.save(str(path))
    return path


def test_word_headings_lists_and_tables_keep_their_order(word_file: Path) -> None:
    document = docx_parser.parse(word_file)
    assert shape(document) == [
        ("heading", 1, "Report"),
        ("heading", 2, "Part"),
        ("paragraph", 0, "Some words."),
        ("list", 0, "- first"),
        ("table", 0, "City | River\nCity: Cork | River: Lee"),
    ]
    assert_sound(document)


def test_a_word_document_behind_a_password_says_so(put) -> None:
    with pytest.raises(PasswordProtected):
        docx_parser.parse(put(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100))


def test_a_word_document_cut_short_is_corrupt(word_file: Path, put) -> None:
    with pytest.raises(CorruptFile):
        docx_parser.parse(put(word_file.read_bytes()[:500]))


def test_a_part_that_unpacks_to_too_much_is_refused_unopened(put) -> None:
    with pytest.raises(ParseMemory):
        docx_parser.parse(put(made_word_file(" " * packages.MAX_TREE_BYTES)))


def test_a_zip_with_too_many_members_is_refused_unopened(put) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for number in range(packages.MAX_MEMBERS + 1):
            package.writestr(f"word/{number}", b"")
    with pytest.raises(ParseMemory):
        docx_parser.parse(put(file.getvalue()))


def test_members_that_say_they_add_up_to_too_much_are_refused_unopened(put) -> None:
    file = bytearray(made_word_file("<w:p/>"))
    # In a zip's directory a member's unpacked size stands 24 bytes behind its mark.
    size = file.index(b"PK\x01\x02") + 24
    file[size : size + 4] = (packages.MAX_UNPACKED_BYTES + 1).to_bytes(4, "little")
    with pytest.raises(ParseMemory):
        docx_parser.parse(put(bytes(file)))


def text_of(put, body: str) -> str:
    return docx_parser.parse(put(made_word_file(body))).text.strip()


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_what_a_reader_does_not_see_is_left_out(put) -> None:
    body = (
        f"<w:p>{run('seen ')}{run('hidden ', '<w:vanish/>')}"
        f"{run('shown', '<w:vanish w:val=' + repr('0') + '/>')}<w:del>{run('deleted')}</w:del>"
        f"<w:moveFrom>{run('moved away')}</w:moveFrom><w:ins>{run(' and inserted')}</w:ins></w:p>"
    )
    assert text_of(put, body) == "seen shown and inserted"


def test_merged_cells_keep_each_value_under_its_column(put) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"

    rows = [
        cell("Region") + cell("Sales", '<w:gridSpan w:val="2"/>'),
        cell("") + cell("2022") + cell("2023"),
        cell("North", '<w:vMerge w:val="restart"/>') + cell("1") + cell("2"),
        cell("", "<w:vMerge/>") + cell("3") + cell("4"),
    ]
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    assert text_of(put, f"<w:tbl>{table}</w:tbl>") == (
        "Region | Sales 2022 | Sales 2023\n"
        "Region: North | Sales 2022: 1 | Sales 2023: 2\n"
        "Region: North | Sales 2022: 3 | Sales 2023: 4"
    )


def test_lists_by_style_keep_their_depth_and_styles_inherit(tmp_path: Path) -> None:
    document = docx.Document()
    own = document.styles.add_style("Chapter", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    own.base_style = document.styles["Heading 2"]
    document.add_paragraph("الفصل الأول", style="Chapter")
    document.add_paragraph("苹果 🍎", style="List Bullet")
    deeper = document.add_paragraph("deeper", style="List Bullet")
    numbering = deeper._p.get_or_add_pPr().get_or_add_numPr()
    numbering.get_or_add_numId().val = 1
    numbering.get_or_add_ilvl().val = 1
    path = tmp_path / "lists.docx"
    document.save(str(path))
    parsed = docx_parser.parse(path)
    assert shape(parsed) == [
        ("heading", 2, "الفصل الأول"),
        ("list", 0, "- 苹果 🍎\n  - deeper"),
    ]
    assert_sound(parsed)


def with_parts(content: bytes, parts: dict[str, str]) -> bytes:
    """A Word document with more members."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def test_notes_follow_what_refers_to_them(put) -> None:
    space = f'xmlns:w="{DOCUMENT}"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{office}/footnotes" Target="footnotes.xml"/>'
        f'<Relationship Id="r2" Type="{office}/endnotes" Target="/word/endnotes.xml"/>'
        f'<Relationship Id="r3" Type="{office}/hyperlink" Target="x:" TargetMode="External"/>'
        "</Relationships>"
    )
    note = "<w:{0}s {1}><w:{0} w:id='2'><w:p>{2}</w:p></w:{0}></w:{0}s>"
    refers = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    body = (
        f"<w:p>{run('Said')}{refers}</w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{run('cell')}<w:r><w:endnoteReference w:id='2'/></w:r></w:p>"
        f"</w:tc></w:tr></w:tbl><w:p>{run('Last')}</w:p>"
    )
    parts = {
        "word/_rels/document.xml.rels": relations,
        "word/footnotes.xml": note.format("footnote", space, run("Below.")),
        "word/endnotes.xml": note.format("endnote", space, run("At the end.")),
    }
    document = docx_parser.parse(put(with_parts(made_word_file(body), parts)))
    assert document.text.split("\n\n")[:5] == ["Said", "Below.", "cell", "At the end.", "Last"]


def test_a_text_box_is_read_once_where_it_is_anchored(put) -> None:
    alternate = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent><w:p>{run('boxed')}</w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('before')}<w:r><mc:AlternateContent xmlns:mc='{alternate}'><mc:Choice>{box}"
        f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('controlled')}</w:p></w:sdtContent></w:sdt>"
    )
    assert text_of(put, body) == "before\nboxed\n\ncontrolled"


def test_rows_in_content_controls_and_outlined_paragraphs_are_read(put) -> None:
    row = f"<w:tr><w:tc><w:p>{run('inside')}</w:p></w:tc></w:tr>"
    body = (
        f"<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr>{run('Outlined')}</w:p>"
        f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"
    )
    document = docx_parser.parse(put(made_word_file(body)))
    assert shape(document) == [("heading", 2, "Outlined"), ("table", 0, "inside")]


def test_an_encrypted_member_and_a_missing_body_say_so(put) -> None:
    content = bytearray(made_word_file(""))
    listed = content.find(b"PK\x01\x02")
    while listed >= 0:
        content[listed + 8] |= 1
        listed = content.find(b"PK\x01\x02", listed + 1)
    with pytest.raises(PasswordProtected):
        docx_parser.parse(put(bytes(content)))
    with pytest.raises(CorruptFile):
        docx_parser.parse(put(rewritten(made_word_file(""), "w:body", "w:other")))


def rewritten(content: bytes, old: str, new: str) -> bytes:
    """A package with one word in all its members put in place of another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w") as package:
        for name in source.namelist():
            package.writestr(name, source.read(name).decode().replace(old, new))
    return file.getvalue()


def test_the_strict_form_of_the_standard_is_read(put) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    content = rewritten(made_word_file(f"<w:p>{run('strict')}</w:p>"), DOCUMENT, strict)
    assert docx_parser.parse(put(content)).text.strip() == "strict"
