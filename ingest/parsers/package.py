"""Zip packages (Office, OpenDocument, EPUB), looked at before anything in them is unpacked."""

import posixpath
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias, cast
from urllib.parse import unquote

from lxml import html

from ingest.errors import CorruptFile, ParseMemory, PasswordProtected

MAX_MEMBERS = 10_000
"""Members of the zip; the largest real files have some thousands."""
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
"""Everything unpacked, pictures included, which are never read."""
MAX_TREE_BYTES = 24 * 1024 * 1024
"""Unpacked XML read at once: its tree takes about ten times as much memory."""

Element: TypeAlias = Any
"""An lxml element; lxml has no types."""

_etree = cast("Any", html).etree
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = 0x1
"""The bit of a member's flags that says so."""
_NO_MEMORY = 2
"""`XML_ERR_NO_MEMORY` of libxml2's xmlerror.h."""
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError)
"""What zipfile raises on members that break the rules."""


class Package:
    """An open zip. Names are found whatever their case, with or without a leading slash.

    Attributes:
        names: Of all members, in the order of the directory.
    """

    def __init__(self, archive: zipfile.ZipFile, what: str) -> None:
        self._archive = archive
        self._what = what
        self._members = {_key(each.filename): each for each in archive.infolist()}
        self.names = [each.filename for each in archive.infolist()]

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._members

    def size(self, name: str) -> int:
        """Bytes of a member when unpacked, as the directory says; 0 without it."""
        member = self._members.get(_key(name))
        return 0 if member is None else member.file_size

    def read(self, name: str) -> bytes:
        """The bytes of a member that is small enough to be held.

        Raises:
            CorruptFile: There is no such member, or it is damaged.
            ParseMemory: It unpacks to too much.
            PasswordProtected: It is encrypted.
        """
        if self.size(name) > MAX_TREE_BYTES:
            raise self.too_large()
        with self.stream(name) as file:
            return file.read()

    @contextmanager
    def stream(self, name: str) -> Generator[IO[bytes]]:
        """A member's bytes piece by piece, however many they are.

        Raises:
            CorruptFile: There is no such member, or it is damaged.
            PasswordProtected: It is encrypted.
        """
        member = self._members.get(_key(name))
        if member is None:
            raise self.damaged()
        if member.flag_bits & _ENCRYPTED:
            raise self.locked()
        try:
            with self._archive.open(member) as file:
                yield file
        except _BROKEN:
            raise self.damaged() from None

    def tree(self, name: str) -> Element:
        """The root of a member's XML.

        Raises:
            CorruptFile: There is no such member, or it is no XML.
            ParseMemory: It unpacks to too much.
            PasswordProtected: It is encrypted.
        """
        return self.parsed(self.read(name))

    def parsed(self, content: bytes) -> Element:
        """The root of XML; entities stay as they are and nothing is fetched.

        Raises:
            CorruptFile: It is no XML.
            MemoryError: There was not enough for its tree.
        """
        parser = _etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return _etree.fromstring(content, parser)
        except _etree.XMLSyntaxError as error:
            if error.code == _NO_MEMORY:
                raise MemoryError from None
            raise self.damaged() from None

    def damaged(self) -> CorruptFile:
        """The error that says so."""
        return CorruptFile(f"This {self._what} is damaged and cannot be opened.")

    def locked(self) -> PasswordProtected:
        """The error that says so."""
        return PasswordProtected(
            f"This {self._what} opens only with a password. Save a copy without one."
        )

    def too_large(self) -> ParseMemory:
        """The error that says so."""
        return ParseMemory(f"This {self._what} unpacks to more than Lumen can hold. Split it.")


@contextmanager
def open_package(path: Path, what: str) -> Generator[Package]:
    """Open a zip whose list of members is in order; nothing is unpacked before.

    Args:
        path: The file.
        what: What people call such a file, for messages.

    Raises:
        PasswordProtected: It is no zip, but the container of an encrypted document.
        CorruptFile: It is no zip at all.
        ParseMemory: It has too many members, or they add up to too much.
    """
    with path.open("rb") as file:
        encrypted = file.read(len(_OLE)) == _OLE
    if encrypted:
        raise PasswordProtected(f"This {what} opens only with a password. Save a copy without one.")
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        raise CorruptFile(f"This {what} is damaged and cannot be opened.") from None
    with archive:
        package = Package(archive, what)
        members = archive.infolist()
        if (
            len(members) > MAX_MEMBERS
            or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES
        ):
            raise package.too_large()
        yield package


def joined(folder: str, target: str) -> str:
    """The member that a link in a folder's member names; its fragment dropped."""
    place = unquote(target.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, place)).lstrip("/")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
