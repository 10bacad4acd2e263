"""E-mail: the text that a person sees, in whatever way it was packed."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import DocumentUnreadable, EncryptedMessage, ParseMemory
from ingest.parsed import ParsedDocument
from ingest.parsers import eml
from ingest.parsers.message import MAX_PARTS, attachment_name, content, contents, read_message
from ingest.sniff import Kind, sniff

HEAD = b"From: Ada <ada@example.com>\r\nSubject: Tides\r\nMIME-Version: 1.0\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter"


def read(path: Path, raw: bytes) -> ParsedDocument:
    path.write_bytes(raw)
    return eml.parse(path)


def letter(text: str | None = "The tide turns at six.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ada Lovelace <ada@example.com>"
    message["To"] = "Jörg Müller <joerg@example.com>, 守 <mamoru@example.com>"
    message["Cc"] = "harbour@example.com"
    message["Date"] = "Tue, 01 Oct 2024 12:34:56 -0500"
    message["Subject"] = "Ebbe & Flut – die Gezeiten 🌊"
    if text is not None:
        message.set_content(text)
    return message


def shape(document: ParsedDocument) -> list[tuple[str, int, str]]:
    return [
        (block.kind, block.level, document.text[block.start : block.end])
        for block in document.blocks
    ]


def body(document: ParsedDocument) -> str:
    """The text without the head of the message."""
    return document.text[document.blocks[1].end :].strip()


def test_a_message_shows_its_head_and_its_text(path: Path) -> None:
    document = read(path, bytes(letter("The tide turns at six.\n\nBring boots.\n")))
    head = (
        "From: Ada Lovelace <ada@example.com>\n"
        "To: Jörg Müller <joerg@example.com>, 守 <mamoru@example.com>\n"
        "Cc: harbour@example.com\n"
        "Date: Tue, 01 Oct 2024 12:34:56 -0500"
    )
    assert document.title == "Ebbe & Flut – die Gezeiten 🌊"
    assert shape(document) == [
        ("heading", 1, "Ebbe & Flut – die Gezeiten 🌊"),
        ("paragraph", 0, head),
        ("paragraph", 0, "The tide turns at six."),
        ("paragraph", 0, "Bring boots."),
    ]
    assert not document.paged


def test_of_alternatives_the_plain_one_is_read(path: Path) -> None:
    message = letter("plainly")
    message.add_alternative("<p>richly</p>", subtype="html")
    assert body(read(path, bytes(message))) == "plainly"


@pytest.mark.parametrize("plain", [None, " \n\n "], ids=["none", "empty"])
def test_without_a_plain_text_html_is_read_with_its_structure(
    path: Path, plain: str | None
) -> None:
    message = letter(plain)
    rich = (
        "<h1>Tides</h1><p>High: <b>six</b></p><table><tr><th>Day<th>Tide<tr><td>Mon<td>six</table>"
    )
    if plain is None:
        message.set_content(rich, subtype="html")
    else:
        message.add_alternative(rich, subtype="html")
    assert shape(read(path, bytes(message)))[2:] == [
        ("heading", 2, "Tides"),
        ("paragraph", 0, "High: six"),
        ("table", 0, "Day | Tide\nDay: Mon | Tide: six"),
    ]


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64", "8bit"])
def test_every_transfer_encoding_is_undone(path: Path, encoding: str) -> None:
    said = "Boats = 3" if encoding == "7bit" else "Grüße aus Köln = 3 Boote"
    message = letter(None)
    message.set_content(said, cte=encoding)
    assert body(read(path, bytes(message))) == said


@pytest.mark.parametrize(
    ("stated", "sent"),
    [
        (b"us-ascii", "Grüße aus Köln".encode()),
        (b"us-ascii", "Grüße aus Köln".encode("cp1252")),
        (b"utf-8", "Grüße aus Köln".encode("cp1252")),
        (b"iso-8859-1", "Grüße aus Köln".encode()),
        (b"no-such-charset", "Grüße aus Köln".encode()),
        (b"utf-7", "Grüße aus Köln".encode("utf-7")),
    ],
)
def test_a_lie_about_the_encoding_is_seen_through(path: Path, stated: bytes, sent: bytes) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=" + stated + b"\r\n\r\n" + sent
    assert body(read(path, raw)) == "Grüße aus Köln"


def test_japanese_that_looks_like_ascii_is_read_as_stated(path: Path) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    assert body(read(path, raw + "潮の満ち引き".encode("iso-2022-jp"))) == "潮の満ち引き"


def test_plain_text_that_claims_to_be_base64_is_read_as_it_is(path: Path) -> None:
    raw = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nThe tide turns - at six, I hope!"
    assert body(read(path, raw)) == "The tide turns - at six, I hope!"


def test_headers_with_bare_bytes_and_broken_words_are_readable(path: Path) -> None:
    raw = (
        "From: Jörg <j@example.com>\r\nSubject: =?utf-8?b?broken?= Flut\r\n"
        "To: =?iso-8859-1?q?J=F6rg?= =?iso-8859-1?q?_M=FCller?= <j@example.com>\r\n"
        "MIME-Version: 1.0\r\n\r\nHi".encode()
    )
    text = read(path, raw).text
    assert "From: Jörg <j@example.com>" in text
    assert "To: Jörg Müller <j@example.com>" in text
    assert "Flut" in text


def test_flowed_lines_become_whole_paragraphs(path: Path) -> None:
    raw = (
        HEAD
        + b"Content-Type: text/plain; format=flowed\r\n\r\n"
        + b"The tide \r\nturns at six.\r\nBring boots.\r\n> and \r\n> rope\r\n-- \r\nAda\r\n"
    )
    assert body(read(path, raw)) == "The tide turns at six.\nBring boots.\n> and rope\n-- \nAda"


def test_attachments_are_named_in_the_text_and_kept_apart(path: Path) -> None:
    message = letter()
    message.add_attachment("height,6 m", filename="Pegel Köln.csv", subtype="csv")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf")
    forwarded = letter("Forwarded words.")
    message.add_attachment(forwarded)
    raw = bytes(message)
    document = read(path, raw)
    assert (
        "Attachments: Pegel Köln.csv, Attachment 2.pdf, Ebbe & Flut – die Gezeiten 🌊.eml"
        in document.text
    )
    assert body(document) == "The tide turns at six."
    attached = contents(read_message(path)).attachments
    assert [content(part).strip() for part in attached[:2]] == [b"height,6 m", b"%PDF-1.7"]
    path.write_bytes(content(attached[2]))
    assert body(eml.parse(path)) == "Forwarded words."


def test_what_only_dresses_a_message_is_no_attachment(path: Path) -> None:
    message = letter("<p>See <img src=cid:logo></p>")
    message.replace_header("Content-Type", "text/html")
    message.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    message.make_mixed()
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="invite.ics")
    message.add_attachment(b"--", maintype="application", subtype="pgp-signature", filename="s.asc")
    document = read(path, bytes(message))
    assert contents(read_message(path)).attachments == []
    assert body(document) == "See"


def test_an_attachment_beside_the_rich_alternative_is_found(path: Path) -> None:
    rich = letter("<p>rich</p>")
    rich.replace_header("Content-Type", "text/html")
    rich.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="tide.pdf")
    message = letter("plain")
    message.make_alternative()
    for name in ("From", "To", "Cc", "Date", "Subject", "MIME-Version"):
        del rich[name]
    message.attach(rich)
    assert body(read(path, bytes(message))) == "plain"
    attached = contents(read_message(path)).attachments
    assert [attachment_name(part, 1) for part in attached] == ["tide.pdf"]


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIAGCSq",
        b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n\r\nVersion: 1\r\n--b--',
        b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n",
    ],
    ids=["s/mime", "pgp/mime", "pgp"],
)
def test_an_encrypted_message_says_so(path: Path, raw: bytes) -> None:
    with pytest.raises(EncryptedMessage, match="only its recipient can open it"):
        read(path, HEAD + raw)


def test_a_signed_message_is_read_without_its_signature(path: Path) -> None:
    raw = HEAD + (
        b'Content-Type: multipart/signed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nSigned words.\r\n"
        b"--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIAG\r\n--b--\r\n"
    )
    assert body(read(path, raw)) == "Signed words."


def test_a_message_of_a_head_alone_is_a_document(path: Path) -> None:
    assert read(path, HEAD + b"\r\n").text == "Tides\n\nFrom: Ada <ada@example.com>\n\n"


def test_parts_without_end_are_refused_before_they_are_taken_apart(path: Path) -> None:
    with pytest.raises(ParseMemory, match="too many parts"):
        read(path, HEAD + b"Content-Type: message/rfc822\r\n\r\n" * (MAX_PARTS + 1))


def test_as_many_parts_as_are_allowed_are_read_within_each_other(path: Path) -> None:
    attached = contents(read_message_of(path, b"Content-Type: message/rfc822\r\n\r\n" * MAX_PARTS))
    assert len(attached.attachments) == 1


def read_message_of(path: Path, raw: bytes):
    path.write_bytes(raw)
    return read_message(path)


@given(st.lists(st.sampled_from([
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: multipart/alternative; boundary=c\r\n",
    b"Content-Disposition: attachment; filename*=utf-8'%FF", b"Subject: =?utf-8?b?", b"?=",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: text/plain; charset=\xff\r\n",
    b"\r\n", b"--b\r\n", b"--c\r\n", b"--b--\r\n", b"\xff\x00", b"words ", b"Name:", b"=?x?q?",
]), max_size=30))  # fmt: skip
def test_whatever_comes_ends_as_a_document_or_with_its_reason(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.eml"
    path.write_bytes(HEAD + b"".join(pieces))
    try:
        document = eml.parse(path)
        for place, part in enumerate(contents(read_message(path)).attachments, 1):
            assert attachment_name(part, place)
            content(part)
    except DocumentUnreadable:
        return
    assert document.text.startswith("Tides")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"From: a@b.c\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\nHi", "letter"),
        (b"Return-Path: <a@b.c>\r\nReceived: by mail\r\n\twith SMTP\r\n\r\nHi", "notes.txt"),
        (b"From a@b.c Mon Jan 1\nX-One: 1\nMessage-ID: <1@b>\n\nHi", "mbox"),
        (b"Subject: only that\r\n\r\nHi", "letter.eml"),
    ],
)
def test_a_message_is_known_by_its_first_lines(head: bytes, name: str) -> None:
    assert sniff(head, head, name) is Kind.EMAIL


def test_a_text_that_is_only_called_a_message_stays_a_text() -> None:
    assert sniff(b"Just words.\n", b"Just words.\n", "note.eml") is Kind.TEXT
