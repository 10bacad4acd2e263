"""An e-mail message taken apart: what a person reads of it, and what came with it."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.generator import BytesGenerator
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value
from io import BytesIO
from pathlib import Path
from typing import TypeAlias, cast

from ingest.errors import ParseMemory
from ingest.parsers.draft import clean
from ingest.parsers.text import decode

MAX_PARTS = 500
"""Parts that a message may announce. The library goes one call deeper for each level of them."""
MAX_HEADER = 20_000
"""Characters of a header that are looked at."""

Part: TypeAlias = "Message[str, str]"

_PIECE = 1024 * 1024
_ANNOUNCED = re.compile(rb"boundary\s*=|message/(?:rfc822|global)\b", re.IGNORECASE)
_UNREAD = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-keys",
    "text/calendar",
    "application/ics",
}
"""Signatures, keys and invitations: a mail program acts on them, nobody reads them."""
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
_MESSAGES = {"message/rfc822", "message/global"}
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
_PACKED = "Content-Transfer-Encoding"
_PGP = "-----BEGIN PGP MESSAGE-----"
_WIDER = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
}
"""What is meant by a name that promises less than what is sent under it."""


@dataclass(slots=True)
class Contents:
    """A message's parts, sorted.

    Attributes:
        texts: What a person reads, in order; of alternatives the plain one that says something.
        attachments: What came with it, in order.
        sealed: Whether there is a part that opens only with somebody's key.
    """

    texts: list[Part] = field(default_factory=list["Part"])
    attachments: list[Part] = field(default_factory=list["Part"])
    sealed: bool = False


def read_message(path: Path) -> Part:
    """Read a message's structure.

    The policy is the old one: it gives headers as they came. The new one takes them apart on each
    access, and raises errors of all kinds on those that break the rules.

    Raises:
        ParseMemory: It announces more parts than any letter has.
    """
    with path.open("rb") as file:
        announced = 0
        while piece := file.read(_PIECE):
            announced += len(_ANNOUNCED.findall(piece))
            if announced > MAX_PARTS:
                raise ParseMemory("This message has too many parts within each other to be read.")
        file.seek(0)
        return BytesParser(policy=compat32).parse(file)


def contents(message: Part) -> Contents:
    """Sort a message's parts."""
    found = Contents()
    _sort(message, found, related=False)
    return found


def _sort(part: Part, found: Contents, *, related: bool) -> None:
    kind = part.get_content_type()
    if kind in _SEALED:
        found.sealed = True
    elif kind in _UNREAD:
        return
    elif kind == "multipart/alternative":
        _sort_alternatives(part, found)
    elif part.is_multipart() and kind not in _MESSAGES:
        _sort_inside(part, found, kind)
    elif not _is_attached(part):
        found.texts.append(part)
    # A picture beside HTML is shown in its place: it is no enclosure.
    elif not (related and kind.startswith("image/")):
        found.attachments.append(part)


def _sort_inside(part: Part, found: Contents, kind: str) -> None:
    if kind.startswith("message/"):
        return  # A report of delivery, beside which its text stands.
    for inner in _inner(part):
        _sort(inner, found, related=kind == "multipart/related")


def _sort_alternatives(part: Part, found: Contents) -> None:
    branches = [Contents() for _ in _inner(part)]
    for inner, branch in zip(_inner(part), branches, strict=True):
        _sort(inner, branch, related=False)
        found.attachments += branch.attachments
        found.sealed = found.sealed or branch.sealed
    spoken = [branch.texts for branch in branches if any(map(_says_something, branch.texts))]
    plain = [texts for texts in spoken if all(map(_is_plain, texts))]
    for texts in (plain or spoken)[:1]:
        found.texts += texts


def _inner(part: Part) -> list[Part]:
    payload = part.get_payload()
    return cast("list[Part]", payload) if isinstance(payload, list) else []


def _is_plain(part: Part) -> bool:
    return part.get_content_type() != "text/html"


def _says_something(part: Part) -> bool:
    return bool(clean(text(part)).strip())


def _is_attached(part: Part) -> bool:
    disposition = part.get_content_disposition()
    readable = part.get_content_maintype() in {"text", "multipart"}
    return disposition == "attachment" or not readable or file_name(part) is not None


def is_sealed_text(said: str) -> bool:
    """Whether a text is nothing but one encrypted with PGP."""
    return said.lstrip().startswith(_PGP)


def text(part: Part) -> str:
    """The text of a part, whatever its headers say of it."""
    payload = cast("object", part.get_payload())
    stated = str(part.get(_PACKED, "")).strip().lower()
    if stated == "base64" and isinstance(payload, str) and _NOT_BASE64.search(payload[:4096]):
        del part[_PACKED]  # From here on it is what it is.
    return decode_as(content(part), part.get_content_charset())


def content(part: Part) -> bytes:
    """The bytes of a part: a message as it was sent, everything else unpacked."""
    inner = _inner(part)
    if inner:
        written = BytesIO()
        BytesGenerator(written, mangle_from_=False, policy=compat32).flatten(inner[0])
        return written.getvalue()
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def decode_as(data: bytes, charset: str | None) -> str:
    """Text of bytes, in the encoding that is stated, if it fits, else in the likeliest one."""
    name = (charset or "utf-8").strip().lower()
    for wanted in ("utf-8", _WIDER.get(name, name)):
        # UTF-8 first: other encodings are not valid in it by chance. UTF-7 and ISO-2022 are, as
        # they consist of ASCII.
        if wanted == "utf-8" and name.startswith(("utf-7", "iso-2022", "hz")):
            continue
        try:
            return data.decode(wanted)
        except (LookupError, ValueError):
            continue
    return decode(data)


def header(part: Part, name: str) -> str:
    """A header as a person reads it, on one line; all of them where it is there several times."""
    found = (value for key, value in _raw(part) if key.lower() == name)
    return ", ".join(filter(None, map(_readable, found)))


def _raw(part: Part) -> Iterator[tuple[str, str]]:
    """Headers as they came, undecodable bytes as surrogates."""
    for key, value in part.raw_items():
        yield key, str(value)[:MAX_HEADER]


def _readable(value: str) -> str:
    said = decode(value.encode("utf-8", "surrogateescape"))
    try:
        pieces = decode_header(said.replace("\r", "").replace("\n", ""))
    except (HeaderParseError, ValueError):
        return _one_line(said)
    return _one_line("".join(_word(piece, charset) for piece, charset in pieces))


def _word(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    # Between encoded words the library gives text back in this encoding.
    return piece.decode("raw-unicode-escape") if charset is None else decode_as(piece, charset)


def _one_line(said: str) -> str:
    return " ".join(clean(said).split())


def file_name(part: Part) -> str | None:
    """The name that a part states for itself, if any."""
    stated = part.get_param("filename", None, "content-disposition")
    if stated is None:
        stated = part.get_param("name", None, "content-type")
    if stated is None:
        return None
    if isinstance(stated, tuple):
        return _one_line(collapse_rfc2231_value(stated)) or None
    return _readable(str(stated)[:MAX_HEADER]) or None


def attachment_name(part: Part, place: int) -> str:
    """What an attachment is called: as it says, a message by its subject, else by its number.

    Args:
        part: The attachment.
        place: Its number among the message's, from 1.
    """
    stated = file_name(part)
    inner = _inner(part)
    if stated is not None:
        return stated if not inner or stated.lower().endswith(".eml") else f"{stated}.eml"
    if inner:
        return f"{header(inner[0], 'subject') or f'Message {place}'}.eml"
    ending = mimetypes.guess_extension(part.get_content_type(), strict=False) or ""
    return f"Attachment {place}{ending}"
