"""What the sandbox and its children say to each other: length, then one MessagePack value."""

import struct
from typing import Union

import msgspec

from ingest.errors import (
    CorruptFile,
    DocumentUnreadable,
    EmptyFile,
    EncryptedMessage,
    IngestError,
    NoText,
    ParseMemory,
    ParseTimeout,
    PasswordProtected,
    TooManyPages,
    UnsupportedType,
)
from ingest.parsed import ParsedDocument, Rect
from ingest.sniff import Kind

TASK_HEAD = struct.Struct(">I")
"""Before a task: its length in bytes."""
HELLO = b"\x06"
"""What a child writes when it is ready for its first task."""
ANSWER_HEAD = struct.Struct(">I?")
"""Before an answer: its length in bytes, and whether the child ends itself after it."""


class Parse(msgspec.Struct, frozen=True, tag=True):
    """Read a whole file."""

    path: str
    kind: Kind
    max_pages: int
    max_characters: int


class DrawPage(msgspec.Struct, frozen=True, tag=True):
    """Draw a page of a PDF as PNG."""

    path: str
    page_number: int
    width: int


class FindPassage(msgspec.Struct, frozen=True, tag=True):
    """Find where a stretch of a page's stored text stands on the page."""

    path: str
    page_number: int
    page_text: str
    start: int
    end: int


class TakeOut(msgspec.Struct, frozen=True, tag=True):
    """Take out what a file holds beside its text, from attachment number `first` on, from 0."""

    path: str
    kind: Kind
    first: int


class DrawScan(msgspec.Struct, frozen=True, tag=True):
    """Draw a page of a PDF for text recognition."""

    path: str
    page_number: int


class TellLanguage(msgspec.Struct, frozen=True, tag=True):
    """Say which language a text is in."""

    text: str


FileTask = Union[Parse, DrawPage, DrawScan, FindPassage, TakeOut]  # noqa: UP007 # msgspec reads it while running.
Task = Union[FileTask, TellLanguage]  # noqa: UP007 # The same.


class Parsed(msgspec.Struct, frozen=True, tag=True):
    """A document as read, and the text search configuration of its language."""

    document: ParsedDocument
    language: str


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """A picture in PNG."""

    png: bytes


class DrawnScan(msgspec.Struct, frozen=True, tag=True):
    """A grey picture in PGM, and its pixels an inch."""

    pgm: bytes
    resolution: int


class Told(msgspec.Struct, frozen=True, tag=True):
    """The text search configuration of a text's language."""

    language: str


class Found(msgspec.Struct, frozen=True, tag=True):
    """Boxes on a page."""

    rects: list[Rect]


class Enclosed(msgspec.Struct, frozen=True):
    """A file inside another one."""

    name: str
    content: bytes


class TakenOut(msgspec.Struct, frozen=True, tag=True):
    """Some attachments in order, and how many there are in all."""

    enclosed: list[Enclosed]
    total: int


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The task failed; the child may go on."""

    code: str
    message: str

    def error(self) -> IngestError:
        """The error that the child raised."""
        return _ERRORS.get(self.code, CorruptFile)(self.message)


_ERRORS: dict[str, type[IngestError]] = {
    error.code: error
    for error in (
        CorruptFile,
        DocumentUnreadable,
        EmptyFile,
        EncryptedMessage,
        NoText,
        ParseMemory,
        ParseTimeout,
        PasswordProtected,
        TooManyPages,
        UnsupportedType,
    )
}

Answer = Union[Parsed, Drawn, DrawnScan, Found, TakenOut, Told, Refused]  # noqa: UP007 # msgspec reads it while running.

encode = msgspec.msgpack.Encoder().encode
decode_task = msgspec.msgpack.Decoder(Task).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode


def task_frame(task: Task) -> bytes:
    """A task as it travels."""
    content = encode(task)
    return TASK_HEAD.pack(len(content)) + content


def answer_frame(answer: Answer, *, last: bool) -> bytes:
    """An answer as it travels."""
    content = encode(answer)
    return ANSWER_HEAD.pack(len(content), last) + content
