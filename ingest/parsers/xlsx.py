"""Excel workbooks: a page a sheet, rows with the names of their columns, values as shown."""

from collections.abc import Iterator
from pathlib import Path

from ingest.errors import NoText
from ingest.parsed import ParsedDocument
from ingest.parsers import ooxml
from ingest.parsers.draft import Draft
from ingest.parsers.grid import HIDDEN_CELLS, HIDDEN_SHEET, CellBudget, Sheet, add_sheet
from ingest.parsers.package import Element, Package, open_package
from ingest.parsers.xlsx_sheet import read_sheet
from ingest.parsers.xlsx_values import Values, read_values

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SEEN = {None, "visible"}


def parse(path: Path, budget: CellBudget | None = None) -> ParsedDocument:
    """Read an Excel workbook.

    Args:
        path: The file.
        budget: Of cells and characters; the usual one if None.

    Raises:
        PasswordProtected: It opens only with a password.
        ParseMemory: It has too many cells, or unpacks to more than can be held.
        CorruptFile: It is no Excel workbook, or a broken one.
        NoText: Its sheets are empty.
    """
    with open_package(path, "Excel workbook") as package:
        main = ooxml.main_part(package)
        book = ooxml.tree(package, main)
        values = read_values(package, main, book)
        reading = _Reading(package, main, values, budget or CellBudget())
        for sheet in book.iterfind(f"{_S}sheets/{_S}sheet"):
            reading.sheet(sheet)
        if reading.is_empty:
            raise NoText("The sheets of this workbook are empty.")
        return reading.draft.finish(paged=True, title=ooxml.title(package))


class _Reading:
    def __init__(self, package: Package, main: str, values: Values, budget: CellBudget) -> None:
        self.draft = Draft()
        self.is_empty = True
        self._package = package
        self._relations = ooxml.relations(package, main)
        self._values = values
        self._budget = budget

    def sheet(self, listed: Element) -> None:
        """Read one sheet; a hidden one keeps its number and says that it is hidden."""
        name = str(listed.get("name", ""))
        if listed.get("state") not in _SEEN:
            self.draft.add("heading", name, level=1)
            self.draft.add("paragraph", HIDDEN_SHEET)
            self.draft.end_page(f"Sheet {name} (hidden)")
            return
        relation = self._relations.get(str(listed.get(ooxml.RELATION)))
        if relation is not None and relation.kind == "worksheet":
            self._worksheet(relation.target, name)
        self.draft.end_page(f"Sheet {name}")

    def _worksheet(self, part: str, name: str) -> None:
        sheet, hides = read_sheet(self._package, part, self._values, self._budget)
        texts = list(_text_boxes(self._package, part))
        if not sheet.rows and not texts:
            return
        self.is_empty = False
        self.draft.add("heading", name, level=1)
        add_sheet(self.draft, _headed(self._package, part, sheet))
        for text in texts:
            self.draft.add("paragraph", text)
        if hides:
            self.draft.add("paragraph", HIDDEN_CELLS)


def _headed(package: Package, part: str, sheet: Sheet) -> Sheet:
    """Add the headers of the tables that the sheet holds."""
    for relation in ooxml.relations(package, part).values():
        if relation.kind == "table" and relation.target in package:
            table = package.tree(relation.target)
            row = "".join(filter(str.isdecimal, str(table.get("ref", "")).partition(":")[0]))
            if row and table.get("headerRowCount") != "0":
                sheet.headers.add(int(row) - 1)
    return sheet


def _text_boxes(package: Package, part: str) -> Iterator[str]:
    """What stands in shapes over the cells."""
    drawing = ooxml.related(package, part, "drawing")
    if drawing is None:
        return
    for paragraph in ooxml.tree(package, drawing).iter(f"{_A}p"):
        yield "".join(str(text.text or "") for text in paragraph.iter(f"{_A}t"))
