"""A file on its way in: how much of it, and of what kind."""

from ingest.blobs import BlobWriter
from ingest.errors import EmptyFile, FileTooLarge
from ingest.sniff import HEAD_BYTES, TAIL_BYTES, Kind, sniff


class Arrival:
    """Bytes on their way into the blob store, judged as early as they can be.

    Args:
        name: The file's, for kinds of text only.
        writer: Takes what passes.
        max_bytes: The most that is taken.
    """

    def __init__(self, name: str, writer: BlobWriter, max_bytes: int) -> None:
        self._name = name
        self._writer = writer
        self._max_bytes = max_bytes
        self._size = 0
        self._head = bytearray()
        self._tail = bytearray()

    async def take(self, piece: bytes) -> None:
        """Pass a piece on.

        Raises:
            FileTooLarge: More came than is taken.
            EmptyFile: So far only white space came, and that is all of its beginning.
            UnsupportedType: It is nothing that is read, as can be seen by now.
        """
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise FileTooLarge(
                f"This file is larger than {self._max_bytes / 1024 / 1024:.0f} MiB, the most that "
                "this server takes. Split it."
            )
        incomplete = len(self._head) < HEAD_BYTES
        if incomplete:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._tail += piece
        del self._tail[: max(0, len(self._tail) - TAIL_BYTES)]
        if incomplete and len(self._head) == HEAD_BYTES and not self._is_container():
            self.kind()
        await self._writer.write(piece)

    def _is_container(self) -> bool:
        """Whether what it is can be seen at its end only."""
        return self._head.startswith((b"PK", b"\xd0\xcf"))

    def kind(self) -> Kind:
        """What it is, as far as it has come.

        Raises:
            EmptyFile: Nothing came, or white space only.
            UnsupportedType: It is nothing that is read.
        """
        if not self._size or (self._size <= HEAD_BYTES and not self._head.strip()):
            raise EmptyFile("This file is empty.")
        return sniff(bytes(self._head), bytes(self._tail), self._name)
