"""Archives put together byte by byte, so that what they say of themselves can be false."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Member = str | bytes


def zipped(members: Mapping[str, Member], *, first: Mapping[str, Member] | None = None) -> bytes:
    """An honest archive; what comes first is not packed, as some formats want it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, content in (first or {}).items():
            package.writestr(_info(name, zipfile.ZIP_STORED), content)
        for name, content in members.items():
            package.writestr(_info(name, zipfile.ZIP_DEFLATED), content)
    return file.getvalue()


def _info(name: str, packing: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = packing
    return info


@dataclass(frozen=True)
class Entry:
    """A member as the list at the end tells of it.

    Attributes:
        content: Packed bytes, where it has some of its own; None for those of the one before.
        size: Bytes that it unpacks to, it says.
        flags: Bit 0 for an encrypted one.
        method: 8 is deflate.
        mode: Unix rights; 0o120777 is a symbolic link.
    """

    name: str
    content: bytes | None
    size: int
    flags: int = 0
    method: int = 8
    mode: int = 0o100644


def dishonest(entries: Sequence[Entry], *, count: int | None = None) -> bytes:
    """An archive that says of its members what is told here."""
    body, table = bytearray(), bytearray()
    place, packed = 0, b""
    for entry in entries:
        name = entry.name.encode()
        if entry.content is not None:
            place, packed = len(body), entry.content
            head = (20, entry.flags, entry.method, 0, 0, 0, len(packed), entry.size, len(name), 0)
            body += b"PK\x03\x04" + struct.pack("<5H3I2H", *head) + name + packed
        head = (20, 20, entry.flags, entry.method, 0, 0, 0, len(packed), entry.size, len(name))
        table += b"PK\x01\x02" + struct.pack("<6H3IH", *head)
        table += struct.pack("<4H2I", 0, 0, 0, 0, entry.mode << 16, place) + name
    number = min(len(entries) if count is None else count, 0xFFFF)
    end = struct.pack("<4H2IH", 0, 0, number, number, len(table), len(body), 0)
    return bytes(body + table) + b"PK\x05\x06" + end


def deflated(content: bytes) -> bytes:
    """As zip packs it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()
