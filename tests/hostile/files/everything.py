"""All hostile files."""

from collections.abc import Callable, Iterator, Mapping

from tests.hostile.files import (
    damaged,
    docx,
    office,
    pdf_pages,
    pdf_streams,
    pdf_structure,
    text,
)
from tests.hostile.reading import Hostile

_CLASSES: tuple[tuple[str, str, Mapping[str, Callable[[], bytes]]], ...] = (
    ("PDF streams", "pdf", pdf_streams.FILES),
    ("PDF structure", "pdf", pdf_structure.FILES),
    ("PDF pages", "pdf", pdf_pages.FILES),
    ("Word", "docx", docx.FILES),
    ("workbook", "xlsx", office.WORKBOOKS),
    ("presentation", "pptx", office.PRESENTATIONS),
    ("OpenDocument text", "odt", office.TEXTS),
    ("OpenDocument sheet", "ods", office.SHEETS),
    ("e-book", "epub", office.BOOKS),
    ("text", "txt", text.PLAIN),
    ("Markdown", "md", text.MARKDOWN),
    ("table", "csv", text.TABLES),
    ("page", "html", text.HTML),
    ("rich text", "rtf", text.RICH),
    ("mail", "eml", text.MAIL),
)


def everything() -> Iterator[Hostile]:
    """Yield every file, in an order that does not change."""
    for kind, suffix, files in _CLASSES:
        for name, make in files.items():
            yield Hostile(f"{kind}: {name}.{suffix}", make)
    for name, make in damaged.files():
        yield Hostile(f"damaged: {name}", make)
