"""PowerPoint presentations: a page a slide, shapes in reading order, speaker's notes after them."""

from collections.abc import Iterator
from pathlib import Path

from ingest.errors import NoText
from ingest.parsed import BlockKind, ParsedDocument
from ingest.parsers import ooxml
from ingest.parsers.draft import Draft
from ingest.parsers.package import Element, Package, open_package
from ingest.parsers.pptx_shapes import in_reading_order, paragraphs, role_of, table_text, text_of

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_DIAGRAM_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_TITLES = {"title", "ctrTitle"}
_FALSE = {"0", "false"}


def parse(path: Path) -> ParsedDocument:
    """Read a PowerPoint presentation.

    Raises:
        PasswordProtected: It opens only with a password.
        ParseMemory: It unpacks to more than can be held.
        CorruptFile: It is no presentation, or a broken one.
        NoText: It holds pictures only.
    """
    with open_package(path, "PowerPoint presentation") as package:
        main = ooxml.main_part(package)
        listed = ooxml.relations(package, main)
        reading = _Reading(package)
        for each in ooxml.tree(package, main).iterfind(f"{_P}sldIdLst/{_P}sldId"):
            relation = listed.get(str(each.get(ooxml.RELATION)))
            if relation is not None and relation.target in package:
                reading.slide(relation.target)
        if reading.is_empty:
            raise NoText("There is no text on these slides: they hold pictures only.")
        return reading.draft.finish(paged=True, title=ooxml.title(package))


class _Reading:
    def __init__(self, package: Package) -> None:
        self.draft = Draft()
        self.is_empty = True
        self._package = package
        self._number = 0

    def slide(self, part: str) -> None:
        """Read one slide.

        A heading begins it, the slide's number where it has no title: else the title of an earlier
        slide would stand above it.
        """
        self._number += 1
        label = f"Slide {self._number}"
        root = ooxml.tree(self._package, part)
        titles: list[str] = []
        blocks: list[tuple[BlockKind, str]] = []
        for shape in in_reading_order(root.find(f"{_P}cSld/{_P}spTree")):
            if role_of(shape) in _TITLES:
                titles.append(text_of(shape))
            else:
                blocks += self._blocks(part, shape)
        blocks.append(("paragraph", self._notes(part)))
        title = " ".join(" ".join(titles).split())
        if title or any(text.strip() for _, text in blocks):
            self.is_empty = False
            self.draft.add("heading", title or label, level=1)
        for kind, text in blocks:
            self.draft.add(kind, text)
        self.draft.end_page(f"{label} (hidden)" if root.get("show") in _FALSE else label)

    def _blocks(self, part: str, shape: Element) -> Iterator[tuple[BlockKind, str]]:
        yield from paragraphs(shape)
        for table in shape.iterfind(f"{_A}graphic/{_A}graphicData/{_A}tbl"):
            yield "table", table_text(table)
        for diagram in shape.iterfind(f"{_A}graphic/{_A}graphicData/{_DIAGRAM}"):
            yield "list", self._diagram(part, str(diagram.get(_DIAGRAM_DATA)))

    def _diagram(self, part: str, identity: str) -> str:
        """The texts of a diagram, in the order in which they were put in."""
        relation = ooxml.relations(self._package, part).get(identity)
        if relation is None or relation.target not in self._package:
            return ""
        texts = (
            text_of(each) for each in ooxml.tree(self._package, relation.target).iter(f"{_A}p")
        )
        return "\n".join(f"- {text.strip()}" for text in texts if text.strip())

    def _notes(self, part: str) -> str:
        """What the speaker wrote under the slide."""
        notes = ooxml.related(self._package, part, "notesSlide")
        if notes is None:
            return ""
        shapes = in_reading_order(ooxml.tree(self._package, notes).find(f"{_P}cSld/{_P}spTree"))
        text = "\n".join(filter(None, (text_of(shape).strip() for shape in shapes)))
        return f"Notes: {text}" if text else ""
