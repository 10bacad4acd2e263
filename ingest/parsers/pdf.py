"""PDF: pdfium reads the text, pypdf the labels, and the pages where pdfium fails."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import DependencyError, FileNotDecryptedError

from ingest.boxes import pack
from ingest.errors import CorruptFile, NoText, PasswordProtected, TooManyPages
from ingest.parsed import ParsedDocument
from ingest.parsers.draft import Draft
from ingest.parsers.pdf_hyphens import joined, marked
from ingest.parsers.pdf_layout import Typography, add_page
from ingest.parsers.pdf_lines import Sheet, read_sheet
from ingest.parsers.printed import Line, readable

PDFIUM_PASSWORD_ERROR = 4
"""`FPDF_ERR_PASSWORD` of pdfium's public/fpdfview.h."""
SECOND_READER_PAGES = 20
"""Pages tried with pypdf where pdfium finds no text at all: pypdf reads about 20 a second."""
LIMITS = pypdf.Configuration(
    maximum_declared_stream_length=32_000_000,
    array_based_stream_maximum_output_length=8_000_000,
    jbig2_maximum_output_length=8_000_000,
    lzw_maximum_output_length=8_000_000,
    run_length_maximum_output_length=8_000_000,
    zlib_maximum_output_length=8_000_000,
    brotli_maximum_output_length=8_000_000,
    image_maximum_buffer_size=8_000_000,
    stream_decoding_work_maximum_length=20_000_000,
    stream_parsing_work_maximum_count=300_000,
    page_tree_maximum_entries=5_000,
    page_tree_maximum_page_entries=5_000,
    xform_maximum_invocations_per_extraction=200,
    jbig2dec_binary=None,
)
"""pypdf's own limits let small files run for minutes or take 860 MB (runbooks/decisions)."""
_PASSWORD = "This PDF opens only with a password. Save a copy without one and upload that."  # noqa: S105 # A sentence for people.
_DAMAGED = "This PDF is damaged and cannot be opened. Save or print it as a new PDF."


def parse(path: Path, *, max_pages: int) -> ParsedDocument:
    """Read a PDF.

    Raises:
        PasswordProtected: It opens only with a password.
        TooManyPages: It has more than `max_pages`.
        CorruptFile: Neither reader can open it.
        NoText: Nothing is on its pages. Where they are pictures, the document is empty, and says
            which pages are.
    """
    second = _SecondReader(path)
    document = _open(path)
    if document is None:
        count = second.count()
        _check_count(count, max_pages)
        return _finish([second.sheet(place) for place in range(count)], second)
    with document:
        _check_count(len(document), max_pages)
        sheets = [_sheet(document, place, second) for place in range(len(document))]
    if not any(sheet.lines for sheet in sheets):
        tried = sheets[:SECOND_READER_PAGES]
        others = [second.sheet(place) for place in range(len(tried))]
        sheets[: len(tried)] = [
            other if other.lines else sheet for sheet, other in zip(tried, others, strict=True)
        ]
    return _finish(sheets, second)


def _open(path: Path) -> pdfium.PdfDocument | None:
    """Open with pdfium; None where it cannot.

    Raises:
        PasswordProtected: It opens only with a password; an empty one was tried.
    """
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == PDFIUM_PASSWORD_ERROR:
            raise PasswordProtected(_PASSWORD) from None
        return None


def _check_count(count: int, max_pages: int) -> None:
    if count > max_pages:
        raise TooManyPages(
            f"This PDF has {count} pages; Lumen reads up to {max_pages}. Split it and upload parts."
        )


def _sheet(document: pdfium.PdfDocument, place: int, second: "_SecondReader") -> Sheet:
    try:
        return read_sheet(document, place)
    except pdfium.PdfiumError:
        return second.sheet(place)


def _finish(sheets: list[Sheet], second: "_SecondReader") -> ParsedDocument:
    labels = second.labels(len(sheets))
    pages = joined(sheet.lines for sheet in sheets)
    typography = Typography.of(pages)
    draft = Draft()
    boxes: list[bytes | None] = []
    for sheet, lines, label in zip(sheets, pages, labels, strict=True):
        added = add_page(draft, lines, typography)
        draft.end_page(label)
        boxes.append(_packed(sheet, added))
    scans = [number for number, sheet in enumerate(sheets, start=1) if sheet.scan]
    try:
        document = draft.finish(paged=True, title=second.title(), empty=bool(scans))
    except NoText:
        raise NoText("The pages of this PDF are empty: there is nothing to read.") from None
    return replace(document, boxes=boxes, scans=scans)


def _packed(sheet: Sheet, lines: Sequence[Line]) -> bytes | None:
    """The boxes of a page's words, in the order in which its lines were added."""
    placing = sheet.placing
    if placing is None:
        return None
    return pack(placing.boxes(word for line in lines for word in line.words))


class _SecondReader:
    """pypdf, opened when first needed; it raises classes of all kinds on odd files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: pypdf.PdfReader | None = None
        # For the rest of this process, which is a parser's own.
        pypdf.overwrite_configuration(LIMITS)
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)

    def _open(self) -> pypdf.PdfReader:
        if self._reader is None:
            self._reader = pypdf.PdfReader(self._path)
            if self._reader.is_encrypted and not self._reader.decrypt(""):
                raise PasswordProtected(_PASSWORD)
        return self._reader

    def count(self) -> int:
        """Pages.

        Raises:
            PasswordProtected: It opens only with a password.
            CorruptFile: It cannot be opened.
        """
        try:
            return len(self._open().pages)
        except (PasswordProtected, FileNotDecryptedError, DependencyError):
            raise PasswordProtected(_PASSWORD) from None
        except Exception as error:  # pypdf raises AssertionError, TypeError … on odd files.
            if isinstance(error, MemoryError):
                raise
            raise CorruptFile(_DAMAGED) from None

    def sheet(self, place: int) -> Sheet:
        """One page, without layout; empty where the page breaks the rules."""
        with suppress(Exception):
            text = self._open().pages[place].extract_text()
            lines = (Line(readable(line).strip()) for line in text.split("\n"))
            return Sheet(marked([line for line in lines if line.text]))
        return Sheet([])

    def labels(self, count: int) -> list[str | None]:
        """What is printed on each page, where the file says so and it differs from the number."""
        plain: list[str | None] = [None] * count
        with suppress(Exception):
            reader = self._open()
            if "/PageLabels" not in reader.root_object:
                return plain
            stated = reader.page_labels
            if len(stated) == count:
                return [
                    None if label == str(number) else label
                    for number, label in enumerate(stated, start=1)
                ]
        return plain

    def title(self) -> str | None:
        """The title in the file's properties."""
        with suppress(Exception):
            information = self._open().metadata
            return None if information is None else information.title
        return None
