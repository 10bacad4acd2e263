"""Where bytes are kept: room on the disks, and whether a file can be stored."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.doctor.check import Check, Finding, failed, ok, warning

MEBIBYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Room:
    """How much must be free.

    Attributes:
        enough: Below it somebody should look, in bytes.
        least: Below it uploads and the database fail at any moment, in bytes.
        files: Files that must still fit.
    """

    enough: int = 2048 * MEBIBYTE
    least: int = 256 * MEBIBYTE
    files: int = 1000


class Storage:
    """Checks of disks and the blob store.

    Args:
        folders: What is kept where, by what it is to an operator.
        keep: Stores a small file, reads and deletes it; says whether it came back as it was. None
            where nothing was stored yet.
        room: How much must be free.
    """

    def __init__(
        self,
        folders: Sequence[tuple[str, Path]],
        keep: Callable[[], Awaitable[bool]] | None,
        room: Room,
    ) -> None:
        self._folders = folders
        self._keep = keep
        self._room = room

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "disk-full"
        return [
            Check(id="disk", name="Disk", runbook=page, run=self.disk, needs_database=False),
            Check(
                id="files",
                name="Stored files",
                runbook=page,
                run=self.files,
                limit_s=10.0,
                needs_database=False,
            ),
        ]

    async def disk(self) -> Finding:
        """The least room of all folders."""
        return await asyncio.to_thread(self._disk)

    def _disk(self) -> Finding:
        rooms = [(_free(path), what) for what, path in self._folders]
        (free, _), what = min(rooms)
        said = f"{_size(free)} are free for {what}."
        crowded = [what for (_, files), what in rooms if 0 < files < self._room.files]
        if crowded:
            return failed(f"No more files fit on the disk of {crowded[0]}: its inodes are used.")
        if free < self._room.least:
            return failed(f"{said} Uploads and the database are about to fail.")
        return warning(said) if free < self._room.enough else ok(said)

    async def files(self) -> Finding:
        """Whether a file can be stored, read and deleted."""
        if self._keep is None:
            return ok("No file was stored yet.")
        # Each kind of store fails in its own way; whichever it is, files can't be kept.
        (outcome,) = await asyncio.gather(self._keep(), return_exceptions=True)
        if isinstance(outcome, OSError) and outcome.strerror:
            return failed(f"A file can't be stored: {outcome.strerror}.")
        if isinstance(outcome, BaseException):
            return failed(f"A file can't be stored ({type(outcome).__name__}).")
        if not outcome:
            return failed("A stored file came back changed.")
        return ok("A file was stored, read and deleted.")


def _free(path: Path) -> tuple[int, int]:
    """Bytes and files that fit where the folder is, or will be; -1 files where none are counted."""
    there = next(each for each in (path, *path.parents) if each.exists())
    stat = os.statvfs(there)
    return stat.f_bavail * stat.f_frsize, stat.f_favail


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count // MEBIBYTE} MiB"
