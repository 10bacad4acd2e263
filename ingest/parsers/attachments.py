"""What files hold beside their own text: the attachments of a mail, the files inside a PDF."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, cast

import pypdfium2 as pdfium

from ingest.parsers.message import attachment_name, content, contents, read_message
from ingest.sandbox_protocol import Enclosed, TakenOut
from ingest.sniff import Kind

BATCH_BYTES = 16 * 1024 * 1024
"""Bytes handed over together, unless one attachment alone is larger."""

_Opened: TypeAlias = tuple[int, Callable[[int], Enclosed]]
"""How many there are, and what gives the one at a place, from 0."""


def take_out(path: Path, kind: Kind, first: int) -> TakenOut:
    """Take attachments out, from number `first` on (from 0): as many as go together.

    Raises:
        ParseMemory: The file has more parts than are looked at.
    """
    batch: list[Enclosed] = []
    size = 0
    with (_pdf if kind is Kind.PDF else _message)(path) as (total, at):
        for place in range(first, total):
            one = at(place)
            size += len(one.content)
            if batch and size > BATCH_BYTES:
                break
            batch.append(one)
    return TakenOut(batch, total)


@contextmanager
def _message(path: Path) -> Generator[_Opened]:
    attached = contents(read_message(path)).attachments

    def at(place: int) -> Enclosed:
        part = attached[place]
        return Enclosed(attachment_name(part, place + 1), content(part))

    yield len(attached), at


@contextmanager
def _pdf(path: Path) -> Generator[_Opened]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        yield 0, lambda place: Enclosed(str(place), b"")
        return

    def at(place: int) -> Enclosed:
        """A file inside a PDF; one that can't be unpacked comes as an empty one."""
        name, data = "", b""
        with suppress(pdfium.PdfiumError):
            embedded = cast("Any", document).get_attachment(place)
            name = embedded.get_name()
            data = bytes(embedded.get_data())
        return Enclosed(name or f"Attachment {place + 1}", data)

    with document:
        yield document.count_attachments(), at
