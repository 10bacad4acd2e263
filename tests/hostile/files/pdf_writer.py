"""PDFs put together object by object, so that each rule can be broken by itself."""

import zlib
from collections.abc import Sequence

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources 5 0 R >>"
TEXT = b"BT /F1 12 Tf 20 250 Td (The keeper lit the lamp at dusk.) Tj ET"
HELVETICA = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
ROOT = "<< /Type /Catalog /Pages 2 0 R >>"
PAGES = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"


def stream(content: bytes, head: str = "", length: str | None = None) -> bytes:
    """A stream object; its length as it is, or as is said here."""
    stated = str(len(content)) if length is None else length
    return f"<< {head} /Length {stated} >>\nstream\n".encode() + content + b"\nendstream"


def flate(content: bytes, head: str = "") -> bytes:
    """A stream that is packed."""
    return stream(zlib.compress(content, 6), f"/Filter /FlateDecode {head}")


def pdf(objects: Sequence[str | bytes], *, trailer: str = "", start: str | None = None) -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    body = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        packed = content.encode() if isinstance(content, str) else content
        body += b"%d 0 obj\n%s\nendobj\n" % (number, packed)
    table = len(body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, rows)
    stated = str(table) if start is None else start.format(table=table)
    head = f"trailer << /Root 1 0 R /Size {len(places) + 1} {trailer.format(table=table)} >>"
    body += f"{head}\nstartxref\n{stated}\n%%EOF".encode()
    return bytes(body)


def one_page(
    content: bytes = TEXT,
    *more: str | bytes,
    root: str = "",
    page: str = "",
    resources: str = HELVETICA,
    contents: bytes | None = None,
    trailer: str = "",
) -> bytes:
    """A page that shows a sentence, unless told otherwise; further objects count from 6."""
    drawn = flate(content) if contents is None else contents
    catalog = f"<< /Type /Catalog /Pages 2 0 R {root} >>"
    sheet = PAGE.replace(">>", f"{page} >>")
    return pdf([catalog, PAGES, sheet, drawn, resources, *more], trailer=trailer)
