"""Parsers run in child processes: a file that kills its parser costs that file only."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest.errors import CorruptFile
from ingest.parsed import Rect
from ingest.sandbox_process import CRASH, READER, Child
from ingest.sandbox_protocol import (
    Answer,
    Drawn,
    DrawnScan,
    DrawPage,
    DrawScan,
    FindPassage,
    Found,
    Parse,
    Parsed,
    Refused,
    TakenOut,
    TakeOut,
    Task,
    TellLanguage,
    Told,
)
from ingest.sandbox_window import sweep
from ingest.sniff import Kind

_Wanted = TypeVar("_Wanted")


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one file may cost.

    Attributes:
        seconds: For one file, the start of a child included; on the clock, less what the child
            stood in line for a processor.
        memory_bytes: Address space of the child, its libraries (about 210 MB) included.
        max_pages: Pages read at most.
        max_characters: Characters of text read at most.
    """

    seconds: float = 20.0
    memory_bytes: int = 512 * 1024 * 1024
    max_pages: int = 3_000
    max_characters: int = 20_000_000


class Sandbox:
    """A few children, started when needed, reused, and ended when idle.

    Args:
        limits: For every file.
        size: Children at most; further files wait.
        uses: Files after which a child is replaced, so that leaks stay small.
        idle_seconds: After which an unused child ends and gives its memory back.
        folder: Where children see their file; best on the disk of the blobs, which are then
            linked and not copied. None for the system's folder of temporary files.
        reader: What Python runs as a child.
    """

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        size: int = 2,
        uses: int = 50,
        idle_seconds: float = 30.0,
        folder: Path | None = None,
        reader: Sequence[str] = READER,
    ) -> None:
        self.limits = limits or SandboxLimits()
        self._slots = asyncio.Semaphore(size)
        self._uses = uses
        self._idle_seconds = idle_seconds
        self._reader = reader
        self._folder = folder or Path(tempfile.gettempdir())
        self._swept = False
        self._idle: list[Child] = []
        self._closed = False

    async def parse(self, path: Path, kind: Kind) -> Parsed:
        """Read a file.

        Raises:
            DocumentUnreadable: It cannot be read within the limits; the class says why.
            ReaderUnavailable: No child could be started: no fault of the file.
        """
        limits = self.limits
        answer = await self._run(Parse(str(path), kind, limits.max_pages, limits.max_characters))
        return _expect(answer, Parsed)

    async def page_image(self, path: Path, page_number: int, width: int) -> bytes:
        """Draw a page of a PDF, numbered from 1, as a PNG `width` pixels wide.

        Raises:
            DocumentUnreadable: It cannot be drawn within the limits.
            ReaderUnavailable: No child could be started.
        """
        return _expect(await self._run(DrawPage(str(path), page_number, width)), Drawn).png

    async def page_scan(self, path: Path, page_number: int) -> tuple[bytes, int]:
        """Draw a page of a PDF, numbered from 1, in grey for text recognition.

        Returns:
            The picture as PGM, and its pixels an inch.

        Raises:
            DocumentUnreadable: It cannot be drawn within the limits.
        """
        drawn = _expect(await self._run(DrawScan(str(path), page_number)), DrawnScan)
        return drawn.pgm, drawn.resolution

    async def language(self, text: str) -> str:
        """The text search configuration of a text's language; its tables stay in the child."""
        return _expect(await self._run(TellLanguage(text)), Told).language

    async def passage_rects(
        self, path: Path, page_number: int, page_text: str, start: int, end: int
    ) -> list[Rect]:
        """Find `page_text[start:end]` on a PDF's page: boxes as fractions of its size.

        Raises:
            DocumentUnreadable: The file cannot be opened within the limits.
            ReaderUnavailable: No child could be started.
        """
        task = FindPassage(str(path), page_number, page_text, start, end)
        return _expect(await self._run(task), Found).rects

    async def take_out(self, path: Path, kind: Kind, first: int) -> TakenOut:
        """Take attachments out of a file, from number `first` on, from 0: as many as go together.

        Raises:
            DocumentUnreadable: They cannot be taken out within the limits.
        """
        return _expect(await self._run(TakeOut(str(path), kind, first)), TakenOut)

    async def close(self) -> None:
        """End every idle child; those at work end when their task does."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _run(self, task: Task) -> Answer:
        seconds = self.limits.seconds
        clock = asyncio.get_running_loop().time
        async with self._slots:
            began = clock()
            async with self._borrowed() as child:
                left = max(seconds - (clock() - began), seconds / 2)
                return await child.ask(task, left)

    async def _new_child(self) -> Child:
        if not self._swept:
            self._swept = True
            self._folder.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(sweep, self._folder)
        limits = self.limits
        return await Child.start(
            self._reader, limits.memory_bytes, int(limits.seconds) + 1, self._folder
        )

    @asynccontextmanager
    async def _borrowed(self) -> AsyncGenerator[Child]:
        """A child for one task. One that failed or was interrupted is killed, not reused."""
        child = self._idle.pop() if self._idle else await self._new_child()
        child.keep()
        try:
            yield child
        finally:
            if child.usable(self._uses) and not self._closed:
                self._idle.append(child)
                child.expire_after(self._idle_seconds, self._idle)
            else:
                await child.end()


def _expect(answer: Answer, wanted: type[_Wanted]) -> _Wanted:
    if isinstance(answer, Refused):
        raise answer.error()
    if not isinstance(answer, wanted):
        raise CorruptFile(CRASH)
    return answer
