"""The folder through which a child sees the one file that it is to read."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from time import time

_PREFIX = "lumen-reading-"
_YOUNG_S = 60.0
"""Folders younger than this are left alone: their owner may not have locked them yet."""


class Window:
    """A private folder that holds the file while a task runs, and nothing otherwise.

    The file is linked where it lies on the same disk, else copied: so a process that may open
    this folder alone sees no other document. A lock tells whether the owner still lives.
    """

    def __init__(self, parent: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._file = self.folder / "file"

    def show(self, path: Path) -> Path:
        """Let the child see this file in place of the one before; where it sees it.

        Raises:
            OSError: The file is gone, or the disk is full.
        """
        self.hide()
        try:
            os.link(path, self._file)
        except OSError:
            shutil.copyfile(path, self._file)
        return self._file

    def hide(self) -> None:
        """Take the file out of the child's sight."""
        self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def sweep(parent: Path) -> None:
    """Remove what processes left that were killed: a link would keep a deleted file's bytes."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time() - folder.stat().st_mtime > _YOUNG_S:
                _remove_ownerless(folder)


def _remove_ownerless(folder: Path) -> None:
    """Remove a folder unless its owner lives.

    Raises:
        OSError: The owner lives, or the folder is somebody else's.
    """
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(lock)
