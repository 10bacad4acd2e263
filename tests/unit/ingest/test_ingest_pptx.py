"""PowerPoint: slides as pages, in reading order, with tables and notes."""

from collections.abc import Callable
from pathlib import Path

import pptx
import pytest
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Inches

from ingest.errors import CorruptFile, NoText, PasswordProtected
from ingest.parsed import ParsedDocument
from ingest.parsers import pptx as parser
from tests.fixtures.parsed import assert_sound, pages, shape

BLANK = 6
TITLE_AND_CONTENT = 1


@pytest.fixture
def read(tmp_path: Path):
    """Reads the presentation that a function builds."""

    def build(fill: Callable[[Presentation], object]) -> ParsedDocument:
        presentation = pptx.Presentation()
        fill(presentation)
        path = tmp_path / "slides.pptx"
        presentation.save(str(path))
        document = parser.parse(path)
        assert_sound(document)
        return document

    return build


def add(presentation: Presentation, layout: int) -> Slide:
    return presentation.slides.add_slide(presentation.slide_layouts[layout])


def box(shapes, text: str, left: float, top: float):
    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(1), Inches(0.4))
    shape.text_frame.text = text
    return shape


def test_a_slide_has_its_title_its_list_and_its_notes(read) -> None:
    def fill(presentation: Presentation) -> None:
        slide = add(presentation, TITLE_AND_CONTENT)
        slide.shapes.title.text = "Was bleibt 🎯"
        body = slide.placeholders[1].text_frame
        body.text = "السلام"
        deeper = body.add_paragraph()
        deeper.text, deeper.level = "和平", 1
        slide.notes_slide.notes_text_frame.text = "Say it slowly."

    document = read(fill)
    assert shape(document) == [
        ("heading", 1, "Was bleibt 🎯"),
        ("list", 0, "- السلام\n  - 和平"),
        ("paragraph", 0, "Notes: Say it slowly."),
    ]
    assert document.pages[0].label == "Slide 1"
    assert document.paged


def test_slides_keep_their_numbers_with_and_without_text(read) -> None:
    def fill(presentation: Presentation) -> None:
        add(presentation, TITLE_AND_CONTENT).shapes.title.text = "First"
        add(presentation, BLANK)
        box(add(presentation, BLANK).shapes, "untitled", 1, 1)
        hidden = add(presentation, TITLE_AND_CONTENT)
        hidden.shapes.title.text = "Spare"
        hidden._element.set("show", "0")

    assert pages(read(fill)) == [
        ("Slide 1", "First"),
        ("Slide 2", ""),
        ("Slide 3", "Slide 3\n\nuntitled"),
        ("Slide 4 (hidden)", "Spare"),
    ]


def test_shapes_are_read_line_by_line_and_groups_stay_together(read) -> None:
    def fill(presentation: Presentation) -> None:
        shapes = add(presentation, BLANK).shapes
        box(shapes, "bottom", 1, 5)
        box(shapes, "right", 5, 1.1)
        box(shapes, "left", 1, 1.2)
        group = shapes.add_group_shape()
        box(group.shapes, "group below", 1, 3.5)
        box(group.shapes, "group above", 1, 2)
        box(shapes, "beside the group", 6, 3)
        box(shapes, "unseen", 1, 1)._element.nvSpPr.cNvPr.set("hidden", "1")

    assert pages(read(fill))[0][1].split("\n\n")[1:] == [
        "left", "right", "group above", "group below", "beside the group", "bottom",
    ]  # fmt: skip


def test_a_table_keeps_each_value_under_its_names(read) -> None:
    def fill(presentation: Presentation) -> None:
        shapes = add(presentation, BLANK).shapes
        table = shapes.add_table(3, 3, Inches(1), Inches(1), Inches(5), Inches(2)).table
        values = [["City", "River", "Sea"], ["Cork", "Lee", "Atlantic"], ["", "Bride", "none"]]
        for row, texts in enumerate(values):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        table.cell(1, 0).merge(table.cell(2, 0))

    assert shape(read(fill))[1] == (
        "table",
        0,
        (
            "City | River | Sea\n"
            "City: Cork | River: Lee | Sea: Atlantic\n"
            "City: Cork | River: Bride | Sea: none"
        ),
    )


def test_a_diagram_is_a_list_of_its_texts(read) -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def fill(presentation: Presentation) -> None:
        slide = add(presentation, BLANK)
        texts = "".join(
            f"<dgm:pt><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
            for text in ("Plan", "Build")
        )
        data = f'<dgm:dataModel xmlns:dgm="{drawing}/diagram" xmlns:a="{drawing}/main">{texts}</dgm:dataModel>'  # noqa: E501 # XML.
        name = PackURI("/ppt/diagrams/data1.xml")
        part = Part(name, "application/xml", slide.part.package, data.encode())
        identity = slide.part.relate_to(part, f"{office}/diagramData")
        table = slide.shapes.add_table(1, 1, 0, 0, Inches(1), Inches(1))._element
        content = table.graphic.graphicData
        content.remove(content.tbl)
        content.append(
            parse_xml(
                f'<dgm:relIds xmlns:dgm="{drawing}/diagram" xmlns:r="{office}" r:dm="{identity}"/>'
            )
        )

    assert shape(read(fill))[1:] == [("list", 0, "- Plan\n- Build")]


def test_a_presentation_without_text_says_so(read) -> None:
    with pytest.raises(NoText):
        read(lambda presentation: add(presentation, BLANK))


def test_damaged_and_encrypted_presentations_say_so(tmp_path: Path) -> None:
    path = tmp_path / "slides.pptx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(PasswordProtected):
        parser.parse(path)
    path.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(CorruptFile):
        parser.parse(path)
