"""The bytes of documents, kept under names of their own; here, in a directory."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from ingest.errors import BlobMissing

READ_BYTES = 256 * 1024
"""Bytes handed on at a time when a blob is read."""
WRITE_BYTES = 1024 * 1024
"""Bytes gathered before a thread writes them: a hop to a thread costs about 0.1 ms."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that is completely written and will survive a crash.

    Attributes:
        key: Its name in the store: a UUIDv7 in hex, which says when it was made and nothing else.
        size: Bytes.
        sha256: In hex.
    """

    key: str
    size: int
    sha256: str


class BlobWriter(Protocol):
    """Takes one blob in pieces. What is not finished leaves nothing behind."""

    async def write(self, piece: bytes) -> None:
        """Append some bytes."""
        ...

    async def finish(self) -> StoredBlob:
        """Make the blob durable and visible."""
        ...


class BlobStore(Protocol):
    """Where the bytes of documents are kept."""

    def create(self) -> AbstractAsyncContextManager[BlobWriter]:
        """Begin a blob; leaving the block before `finish` discards it."""
        ...

    def open(self, key: str) -> AsyncIterator[bytes]:
        """Yield the blob's bytes in pieces.

        Raises:
            BlobMissing: There is no such blob.
        """
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """Give the path of a file with the blob's bytes, valid inside the block.

        Raises:
            BlobMissing: There is no such blob.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the blob; that it is gone already is no error."""
        ...

    async def keys(self, *, older_than: timedelta) -> list[str]:
        """Names of the blobs made longer ago than that, for the search for orphans."""
        ...

    async def tidy(self, *, older_than: timedelta) -> None:
        """Remove blobs that were begun longer ago than that and never finished."""
        ...


def new_key() -> str:
    """A name for a blob, never derived from a user's file name."""
    return uuid7().hex


def made_before(key: str, moment: datetime) -> bool:
    """Whether a blob of this name was made before `moment`; false for foreign names."""
    try:
        identity = UUID(hex=key)
    except ValueError:
        return False
    return datetime.fromtimestamp((identity.int >> 80) / 1000, UTC) < moment


class DirectoryBlobStore:
    """Blobs as files below one folder (0700), each in one piece or not there at all.

    A blob is written to `partial/`, flushed to the disk and renamed to its place, so that a
    crash at any moment leaves at most a file in `partial/`, which the next start removes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._partial = root / "partial"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)
        self._partial.mkdir(mode=0o700, exist_ok=True)

    def path(self, key: str) -> Path:
        """Where the blob is.

        Raises:
            BlobMissing: The name is none that this store gives.
        """
        try:
            name = UUID(hex=key).hex
        except ValueError:
            raise BlobMissing("The stored file has an unknown name.") from None
        return self._root / name[-2:] / name

    @asynccontextmanager
    async def create(self) -> AsyncGenerator[BlobWriter]:
        """Begin a blob; leaving the block before `finish` discards it."""
        key = new_key()
        partial = self._partial / key
        file = await asyncio.to_thread(_open_private, partial)
        try:
            yield _FileWriter(key, file, partial, self.path(key))
        finally:
            file.close()
            with suppress(FileNotFoundError):
                partial.unlink()

    async def open(self, key: str) -> AsyncGenerator[bytes]:
        """Yield the blob's bytes in pieces.

        Raises:
            BlobMissing: There is no such blob.
        """
        try:
            file = await asyncio.to_thread(self.path(key).open, "rb")
        except FileNotFoundError:
            raise BlobMissing("The stored file is gone.") from None
        with file:
            while piece := await asyncio.to_thread(file.read, READ_BYTES):
                yield piece

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        """Give the blob's own path.

        Raises:
            BlobMissing: There is no such blob.
        """
        path = self.path(key)
        if not await asyncio.to_thread(path.is_file):
            raise BlobMissing("The stored file is gone.")
        yield path

    async def delete(self, key: str) -> None:
        """Remove the blob; that it is gone already is no error."""
        path = self.path(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def keys(self, *, older_than: timedelta) -> list[str]:
        """Names of the blobs made longer ago than that."""
        moment = datetime.now(UTC) - older_than

        def walk() -> list[str]:
            found = (file.name for file in self._root.glob("??/*"))
            return sorted(key for key in found if made_before(key, moment))

        return await asyncio.to_thread(walk)

    async def tidy(self, *, older_than: timedelta) -> None:
        """Remove blobs that were begun longer ago than that and never finished."""
        moment = datetime.now(UTC) - older_than

        def clear() -> None:
            for partial in self._partial.iterdir():
                if made_before(partial.name, moment):
                    partial.unlink(missing_ok=True)

        await asyncio.to_thread(clear)


class _FileWriter:
    """Writes one file, hashing as it goes."""

    def __init__(self, key: str, file: IO[bytes], partial: Path, target: Path) -> None:
        self._key = key
        self._file = file
        self._partial = partial
        self._target = target
        self._waiting = bytearray()
        self._size = 0
        self._hash = hashlib.sha256()

    async def write(self, piece: bytes) -> None:
        self._waiting += piece
        if len(self._waiting) >= WRITE_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        await asyncio.to_thread(self._append, piece)

    def _append(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self._size += len(piece)

    async def finish(self) -> StoredBlob:
        await self._flush()
        await asyncio.to_thread(self._publish)
        return StoredBlob(self._key, self._size, self._hash.hexdigest())

    def _publish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._target.parent.mkdir(mode=0o700, exist_ok=True)
        self._partial.rename(self._target)
        for folder in (self._target.parent, self._target.parent.parent):
            _sync_folder(folder)


def _open_private(path: Path) -> IO[bytes]:
    """Create a file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
