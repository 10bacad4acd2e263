"""A zip that is imported: what of it is safe to unpack."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ingest.errors import CorruptFile, PasswordProtected, UploadRefused

MOST_MEMBERS = 20_000
MOST_UNPACKED = 50 * 1024**3
"""Bytes that all members together may unpack to; none of it is kept beside the documents."""
MOST_RATIO = 200
"""Bytes out of one packed byte. Text and tables stay far below; a bomb lives from more."""
SMALL = 1024 * 1024
"""Bytes up to which a member may unpack from however little."""
_DOCUMENT_MARKS = frozenset({"[Content_Types].xml", "mimetype"})
"""Members that Office files and e-books begin with: those are documents, not archives."""
_BEGINNINGS = frozenset({b"PK\x03\x04", b"PK\x05\x06"})
"""Of an archive with files, and of an empty one."""
_ENCRYPTED = 0x1


class UnsafeArchive(UploadRefused):
    """The archive, or a member of it, is made to do harm."""

    code = "unsafe_archive"


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, by its bytes: programs and others may end in one."""
    with path.open("rb") as file:
        if file.read(4) not in _BEGINNINGS:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _DOCUMENT_MARKS.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def open_archive(path: Path, *, most_members: int = MOST_MEMBERS) -> zipfile.ZipFile:
    """Open an archive, having looked at its list of members.

    Raises:
        UnsafeArchive: It unpacks to more than any collection of files.
        CorruptFile: It is no zip that can be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise CorruptFile("This archive is damaged and cannot be opened.") from None
    members = archive.infolist()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    # Members that share their bytes with others add up to more than the file itself.
    overlapping = packed > path.stat().st_size
    if overlapping or len(members) > most_members or unpacked > MOST_UNPACKED:
        archive.close()
        raise UnsafeArchive(
            f"This archive holds more than {most_members:,} files, or unpacks to more than it can "
            "honestly hold. Unpack it yourself and name the folder."
        )
    return archive


def members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The files in an archive, sorted by their names; folders have no turn."""
    yield from sorted(
        (member for member in archive.infolist() if not member.is_dir()),
        key=lambda member: member.filename,
    )


def check_member(member: zipfile.ZipInfo) -> None:
    """Look at what the archive says of a member; reading holds it to its size and sum.

    Raises:
        UnsafeArchive: Its name leads out of the archive, or it swells beyond belief.
        PasswordProtected: It opens only with a password.
    """
    place = PurePosixPath(member.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
        raise UnsafeArchive("Its name leads out of the archive.")
    if member.flag_bits & _ENCRYPTED:
        raise PasswordProtected("It opens only with a password. Unpack the archive yourself.")
    swollen = member.file_size > MOST_RATIO * max(1, member.compress_size)
    if swollen and member.file_size > SMALL:
        raise UnsafeArchive(
            f"It unpacks to more than {MOST_RATIO} times its size. Unpack the archive yourself."
        )
