"""OpenDocument: texts as they are printed, sheets and slides as pages."""

from collections.abc import Iterator
from pathlib import Path

from ingest.errors import NoText
from ingest.parsed import ParsedDocument
from ingest.parsers.draft import Draft
from ingest.parsers.grid import HIDDEN_CELLS, HIDDEN_SHEET, CellBudget, add_sheet
from ingest.parsers.odf_sheet import read_sheet
from ingest.parsers.odf_text import Styles, add_blocks, text_of
from ingest.parsers.package import Element, Package, open_package

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_FURNITURE = {"date-time", "footer", "header", "page-number", "page", "handout"}


def parse(path: Path) -> ParsedDocument:
    """Read an OpenDocument text, spreadsheet or presentation; the file itself says which it is.

    Raises:
        PasswordProtected: It opens only with a password.
        ParseMemory: It has too many cells, or unpacks to more than can be held.
        CorruptFile: It is no OpenDocument file, or a broken one.
        NoText: There is no text in it.
    """
    with open_package(path, "OpenDocument file") as package:
        if _is_encrypted(package):
            raise package.locked()
        content = package.tree("content.xml")
        styles = Styles.of(content, package.tree("styles.xml") if "styles.xml" in package else None)
        body = content.find(f"{_OFFICE}body/*")
        if body is None:
            raise package.damaged()
        return _read(package, body, styles)


def _read(package: Package, body: Element, styles: Styles) -> ParsedDocument:
    draft = Draft()
    title = _title(package)
    if body.tag == f"{_OFFICE}spreadsheet":
        if not _add_sheets(draft, body, styles):
            raise NoText("The sheets of this file are empty.")
        return draft.finish(paged=True, title=title)
    if body.tag == f"{_OFFICE}presentation":
        if not _add_slides(draft, body, styles):
            raise NoText("There is no text on these slides: they hold pictures only.")
        return draft.finish(paged=True, title=title)
    add_blocks(draft, body, styles)
    return draft.finish(paged=False, title=title)


def _is_encrypted(package: Package) -> bool:
    if "META-INF/manifest.xml" not in package:
        return False
    manifest = package.tree("META-INF/manifest.xml")
    return next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None


def _title(package: Package) -> str | None:
    if "meta.xml" not in package:
        return None
    return next((each.text for each in package.tree("meta.xml").iter(_TITLE)), None)


def _add_sheets(draft: Draft, body: Element, styles: Styles) -> bool:
    """Append a page a sheet; whether any of them shows something."""
    budget = CellBudget()
    shows = False
    for table in body.iterfind(f"{_TABLE}table"):
        name = str(table.get(f"{_TABLE}name", ""))
        if styles.hides_table(table):
            draft.add("heading", name, level=1)
            draft.add("paragraph", HIDDEN_SHEET)
            draft.end_page(f"Sheet {name} (hidden)")
            continue
        sheet, hides = read_sheet(table, budget)
        if sheet.rows:
            shows = True
            draft.add("heading", name, level=1)
            add_sheet(draft, sheet)
            if hides:
                draft.add("paragraph", HIDDEN_CELLS)
        draft.end_page(f"Sheet {name}")
    return shows


def _add_slides(draft: Draft, body: Element, styles: Styles) -> bool:
    """Append a page a slide; whether any of them shows something."""
    shows = False
    for number, page in enumerate(body.iterfind(f"{_DRAW}page"), start=1):
        frames = list(_frames(page))
        titles = [each for each in frames if each.get(f"{_PRESENTATION}class") == "title"]
        title = " ".join(" ".join(map(text_of, titles)).split())
        notes = page.find(f"{_PRESENTATION}notes")
        said = "" if notes is None else "\n".join(text_of(each).strip() for each in _frames(notes))
        if said.strip() or any(text_of(each).strip() for each in frames):
            shows = True
            draft.add("heading", title or f"Slide {number}", level=1)
        for frame in frames:
            if frame not in titles:
                add_blocks(draft, frame, styles)
        if said.strip():
            draft.add("paragraph", f"Notes: {said.strip()}")
        draft.end_page(f"Slide {number} (hidden)" if styles.hides_page(page) else f"Slide {number}")
    return shows


def _frames(parent: Element) -> Iterator[Element]:
    """What stands on a slide or its notes, in the order in which it was put there."""
    for child in parent:
        if child.tag == f"{_DRAW}g":
            yield from _frames(child)
        elif (
            str(child.tag).startswith(_DRAW)
            and child.get(f"{_PRESENTATION}class") not in _FURNITURE
        ):
            yield child
