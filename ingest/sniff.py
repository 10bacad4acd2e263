"""What a file is, from its bytes; the name decides only between kinds of text."""

import re
import struct
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath
from typing import NoReturn

from ingest.errors import UnsupportedType

HEAD_BYTES = 64 * 1024
"""Bytes from the front that `sniff` wants to see."""
TAIL_BYTES = 256 * 1024
"""Bytes from the end: a zip lists its members there."""

READ = (
    "Lumen reads PDF, Word (.docx), PowerPoint (.pptx), Excel (.xlsx), OpenDocument (.odt, .ods, "
    ".odp), EPUB, RTF, e-mail (.eml), HTML, Markdown, CSV and plain text."
)


class Kind(StrEnum):
    """The formats that are read; the value is the MIME type."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    EPUB = "application/epub+zip"
    RTF = "application/rtf"
    EMAIL = "message/rfc822"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    CSV = "text/csv"
    TEXT = "text/plain"


_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"BM", "a picture"),
    (b"RIFF", "a recording or a picture"),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"\x1f\x8b", "a packed archive"),
    (b"BZh", "a packed archive"),
    (b"\xfd7zXZ", "a packed archive"),
    (b"7z\xbc\xaf", "a packed archive"),
    (b"Rar!", "a packed archive"),
    (b"%!PS", "PostScript"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format", "a database"),
)
_ZIP_MEMBERS: tuple[tuple[str, Kind | str], ...] = (
    ("word/document", Kind.DOCX),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb); save it as .xlsx"),
    ("xl/workbook", Kind.XLSX),
    ("ppt/presentation", Kind.PPTX),
    ("index/document.iwa", "a document of Pages, Numbers or Keynote; export it as PDF"),
    ("index.zip", "a document of Pages, Numbers or Keynote; export it as PDF"),
)
"""How the name of a member begins that tells what a package is."""
_ZIP_MIMETYPES: tuple[tuple[bytes, Kind | str], ...] = (
    (b"application/epub+zip", Kind.EPUB),
    (b"application/vnd.oasis.opendocument.text", Kind.ODT),
    (b"application/vnd.oasis.opendocument.spreadsheet", Kind.ODS),
    (b"application/vnd.oasis.opendocument.presentation", Kind.ODP),
    (b"application/vnd.oasis.opendocument.", "a drawing, formula or database; save it as PDF"),
)
"""What the first member of a package says, if it is called `mimetype`."""
_ZIP_HEAD = b"PK\x03\x04"
_ZIP_LISTED = b"PK\x01\x02"
_ZIP_END = b"PK\x05\x06"
_ZIP_ENTRY = struct.Struct("<4s24xHHH12x")
"""Of an entry in the directory: mark, lengths of name, extra field and comment."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_KINDS = {".docx": Kind.DOCX, ".pptx": Kind.PPTX, ".xlsx": Kind.XLSX}
"""What is behind a password can't be seen; each of their readers says that there is one."""
_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("WordDocument", "an old Word document (.doc); save it as .docx"),
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt); save it as .pptx or PDF"),
    ("Workbook", "an old Excel workbook (.xls); save it as .xlsx"),
    ("Book", "an old Excel workbook (.xls); save it as .xlsx"),
    ("__substg1.0_", "a message of Outlook (.msg); save it as .eml or text"),
)
"""Names of streams that tell what an old Office file is."""
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?>\s|<\?xml[^>]*\?>|<!--.*?-->)*+"
    rb"<(?:!doctype\s+html|html|head|body|title|meta)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(rb"<(?:p|div|table|h[1-6]|span|br|a|ul)[\s/>]", re.IGNORECASE)
_EMAIL = re.compile(
    rb"\A(?:From [^\n]*\n)?(?:(?:[!-9;-~]+:|[ \t])[^\n]*\n)*"
    rb"(?:MIME-Version|Message-ID|Received|Return-Path):",
    re.IGNORECASE,
)
_HEADER = re.compile(rb"\A(?:From [^\n]*\n)?[!-9;-~]+:")
_MARKDOWN = re.compile(rb"^(?:#{1,6} \S|```|\|[ :-]*-{3})", re.MULTILINE)
_NAMED = {
    ".md": Kind.MARKDOWN, ".markdown": Kind.MARKDOWN, ".mdx": Kind.MARKDOWN,
    ".csv": Kind.CSV, ".tsv": Kind.CSV, ".tab": Kind.CSV,
}  # fmt: skip
"""Kinds of text that are told by their names: their bytes may be either."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = (b"\xff\xfe", b"\xfe\xff")


def sniff(head: bytes, tail: bytes, name: str) -> Kind:
    """Decide what a file is.

    Args:
        head: Its first bytes, `HEAD_BYTES` or all.
        tail: Its last bytes, `TAIL_BYTES` or all.
        name: Its name, for the kinds of text only.

    Raises:
        UnsupportedType: It is nothing that is read.
    """
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head.startswith(_ZIP_HEAD):
        return _zip(head, tail)
    if head.startswith(_OLE):
        return _ole(head + tail, name)
    if head.startswith(b"{\\rtf"):
        return Kind.RTF
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            _refuse(what)
    if not looks_like_text(head):
        _refuse("no text")
    return _text(head, name)


def _refuse(what: str) -> NoReturn:
    """Name what it is and what would be read.

    Raises:
        UnsupportedType: Always.
    """
    raise UnsupportedType(f"This file is {what}. {READ}")


def _zip(head: bytes, tail: bytes) -> Kind:
    """By the first member, which may say what it is, else by the names in the directory."""
    stated = head[:256]
    found: Kind | str = "a packed archive (.zip)"
    if b"mimetype" in stated:
        found = next((what for mark, what in _ZIP_MIMETYPES if mark in stated), found)
    else:
        names = [name.lower().lstrip("/") for name in _members(tail)]
        found = next(
            (what for mark, what in _ZIP_MEMBERS if any(name.startswith(mark) for name in names)),
            found,
        )
    if isinstance(found, Kind):
        return found
    _refuse(found)


def _members(tail: bytes) -> Iterator[str]:
    """Names in a zip's directory, or in as much of it as the tail holds."""
    end = tail.rfind(_ZIP_END)
    if end < 0:
        return
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    place = end - size if size <= end else tail.find(_ZIP_LISTED)
    while place >= 0 and tail.startswith(_ZIP_LISTED, place):
        if place + _ZIP_ENTRY.size > len(tail):
            return
        _, name, extra, comment = _ZIP_ENTRY.unpack_from(tail, place)
        start = place + _ZIP_ENTRY.size
        yield tail[start : start + name].decode("utf-8", "replace")
        place = start + name + extra + comment


def _ole(content: bytes, name: str) -> Kind:
    """Old Office files, and new ones behind a password, share one container."""
    if _ENCRYPTED_PACKAGE in content:
        return _ENCRYPTED_KINDS.get(PurePath(name.lower()).suffix, Kind.DOCX)
    for stream, what in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            _refuse(what)
    _refuse("in an old Office format; save it as .docx, .xlsx or .pptx")


def looks_like_text(head: bytes) -> bool:
    """Whether the bytes are text in some encoding: hardly any control characters."""
    if head.startswith(_BOMS) or utf16_order(head) is not None:
        return True
    return len(_CONTROL.findall(head)) <= len(head) // 1000


def utf16_order(head: bytes) -> str | None:
    """The codec of UTF-16 text without a mark: every other byte of Latin text is zero."""
    sample = head[: len(head) // 2 * 2][:4096]
    half = len(sample) // 2
    if half < 2:  # noqa: PLR2004 # Two characters are the least that shows the pattern.
        return None
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    if zeros[1] > half * 0.6 and zeros[0] < half * 0.05:
        return "utf-16-le"
    if zeros[0] > half * 0.6 and zeros[1] < half * 0.05:
        return "utf-16-be"
    return None


def _text(head: bytes, name: str) -> Kind:
    suffix = PurePath(name.lower()).suffix
    plain = head[2:] if head.startswith(_BOMS) else head
    plain = plain.replace(b"\x00", b"")
    if _EMAIL.match(plain[:4096]) or (suffix == ".eml" and _HEADER.match(plain)):
        return Kind.EMAIL
    is_html_name = suffix in {".html", ".htm", ".xhtml"}
    if _HTML.match(plain) or (is_html_name and _TAG.search(plain)):
        return Kind.HTML
    if suffix in _NAMED:
        return _NAMED[suffix]
    if suffix not in {".txt", ".text", ".log"} and _MARKDOWN.search(plain):
        return Kind.MARKDOWN
    return Kind.TEXT
