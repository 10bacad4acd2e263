"""What a file is follows from its bytes."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnsupportedType
from ingest.sniff import READ, TAIL_BYTES, Kind, sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(*members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for member in members:
            package.writestr(member, "x")
    return file.getvalue()


def stated(kind: str) -> bytes:
    """The first member of a package that says what it is."""
    return b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/" + kind.encode()


def kind_of(content: bytes, name: str = "file") -> Kind:
    return sniff(content, content, name)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n...", "notes.txt", Kind.PDF),
        (b"\n\njunk before %PDF-1.4", "x", Kind.PDF),
        (packed("[Content_Types].xml", "word/document.xml"), "x.zip", Kind.DOCX),
        (packed("word/document.xml", "word/embeddings/xl/workbook.xml"), "x.pdf", Kind.DOCX),
        (packed("xl/workbook.xml"), "x.docx", Kind.XLSX),
        (packed("_rels/.rels", "ppt/presentation.xml"), "x", Kind.PPTX),
        (stated("epub+zip"), "x.zip", Kind.EPUB),
        (stated("vnd.oasis.opendocument.text"), "x.docx", Kind.ODT),
        (stated("vnd.oasis.opendocument.spreadsheet-template"), "x", Kind.ODS),
        (stated("vnd.oasis.opendocument.presentation"), "x", Kind.ODP),
        (b"{\\rtf1 hello}", "x.doc", Kind.RTF),
        (b"<!DOCTYPE html><p>Hi", "x.txt", Kind.HTML),
        (b"\xef\xbb\xbf<!-- a --><html><body>Hi", "x", Kind.HTML),
        ("<html><body>Hi".encode("utf-16"), "x", Kind.HTML),
        (b"<p>Hello</p>", "page.html", Kind.HTML),
        (b"a < b and b > c", "page.txt", Kind.TEXT),
        (b"# Title\n\nText", "notes", Kind.MARKDOWN),
        (b"# a comment\nx = 1", "notes.txt", Kind.TEXT),
        (b"plain words", "notes.md", Kind.MARKDOWN),
        (b"plain words", "notes.exe", Kind.TEXT),
        (b"a,b\n1,2", "values.CSV", Kind.CSV),
        (b"a\tb\n1\t2", "values.tsv", Kind.CSV),
        (b"<html><p>no values", "values.csv", Kind.HTML),
        ("Grüße, schön".encode("cp1252"), "x.txt", Kind.TEXT),
        ("Grüße".encode("utf-16-le"), "x.txt", Kind.TEXT),
    ],
)
def test_a_kind_is_known_by_its_bytes(content: bytes, name: str, kind: Kind) -> None:
    assert kind_of(content, name) is kind


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (packed("xl/workbook.bin"), "binary Excel"),
        (packed("holiday.jpg"), "archive"),
        (stated("vnd.oasis.opendocument.graphics"), "a drawing"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (OLE + b"\0" * 600, "old Office"),
        (OLE + "WordDocument".encode("utf-16-le"), r"\(.doc\); save it as .docx"),
        (OLE + "Workbook".encode("utf-16-le"), r"\(.xls\); save it as .xlsx"),
        (packed("Index/Document.iwa"), "export it as PDF"),
        (b"\x00\x01\x02\x03" * 100, "no text"),
    ],
)
def test_what_is_not_read_is_named_with_what_is(content: bytes, word: str) -> None:
    with pytest.raises(UnsupportedType, match=word) as refused:
        kind_of(content)
    assert READ in refused.value.message


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Secret.DOCX", Kind.DOCX),
        ("secret.xlsx", Kind.XLSX),
        ("a.pptx", Kind.PPTX),
        ("secret.pdf", Kind.DOCX),
    ],
)
def test_what_is_encrypted_is_taken_so_that_its_reader_can_say_so(name: str, kind: Kind) -> None:
    assert kind_of(OLE + "EncryptedPackage".encode("utf-16-le"), name) is kind


def test_a_zip_within_a_zip_does_not_say_what_the_outer_one_is() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("xl/workbook.xml", "x")
        package.writestr("xl/embeddings/report.docx", packed("word/document.xml"))
    assert kind_of(file.getvalue()) is Kind.XLSX


def test_a_directory_longer_than_what_is_seen_of_it_still_tells() -> None:
    content = packed(*(f"media/{number:0100}" for number in range(3_000)), "word/document.xml")
    assert sniff(content[:100], content[-TAIL_BYTES:], "x") is Kind.DOCX


@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_bytes_under_any_name_end_as_a_kind_or_a_refusal(content: bytes, name: str) -> None:
    with suppress(UnsupportedType):
        assert sniff(content, content, name) in Kind


@pytest.mark.parametrize(
    "line", [b"X-Line: of many\r\n", b" " * 40 + b"folded\r\n", b"<!---->", b"<!-- -- >"]
)
def test_what_nearly_is_a_kind_of_text_is_told_at_once(line: bytes) -> None:
    """An expression that can read a line in two ways doubles its time with every line."""
    lines = line * (60_000 // len(line))
    begin = time.process_time()
    kind_of(b"A: b\r\n" + lines + b"the end", "x.txt")
    kind_of(lines + b"the end", "x.txt")
    assert time.process_time() - begin < 1
