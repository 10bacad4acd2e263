"""Reads hostile files through the real sandbox and notes what each cost."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import psutil

from ingest.errors import IngestError
from ingest.sandbox import Sandbox, SandboxLimits
from ingest.sandbox_process import READER
from ingest.sniff import HEAD_BYTES, TAIL_BYTES, Kind, sniff

LOOK_S = 0.02
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_SINCE_NOW = "5"
"""Written to clear_refs: the peak is counted anew."""


@dataclass(frozen=True)
class Hostile:
    """A file.

    Attributes:
        name: Class and what is wrong, with the suffix that it claims.
        make: Gives its bytes.
    """

    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Outcome:
    """How it ended.

    Attributes:
        code: `ready` or that of the error.
        seconds: Of reading, or of drawing the first page where that took longer; the start of a
            child included.
        peak_bytes: Resident memory of the child at most, as far as it was seen.
        size: Of the file in bytes.
        told: The message a person sees.
    """

    name: str
    code: str
    seconds: float
    peak_bytes: int
    size: int
    told: str = ""


class Lane:
    """One child after the other, with files of its own."""

    def __init__(self, folder: Path, limits: SandboxLimits, reader: Sequence[str] = READER) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file = folder / "hostile"
        self._peak = 0
        self._sandbox = Sandbox(limits, size=1, folder=folder / "reading", reader=reader)

    async def read(self, hostile: Hostile) -> Outcome:
        """Read one file, as the server would; draw its first page where it has pictures."""
        content = await asyncio.to_thread(hostile.make)
        self._file.write_bytes(content)
        for child in self._children():
            with suppress(OSError):
                Path(f"/proc/{child.pid}/clear_refs").write_text(_SINCE_NOW)
        seconds, self._peak = 0.0, 0
        looking = asyncio.create_task(self._look())
        code, told = "ready", ""
        try:
            kind = sniff(content[:HEAD_BYTES], content[-TAIL_BYTES:], hostile.name)
            for use in self._uses(kind):
                began = perf_counter()
                try:
                    await use
                finally:
                    seconds = max(seconds, perf_counter() - began)
        except IngestError as error:
            code, told = error.code, error.message
        looking.cancel()
        peak = max(self._peak, *self._peaks(), 0)
        return Outcome(hostile.name, code, seconds, peak, len(content), told)

    def _uses(self, kind: Kind) -> Iterator[Awaitable[object]]:
        yield self._sandbox.parse(self._file, kind)
        if kind is Kind.PDF:
            yield self._drawn()

    async def _drawn(self) -> None:
        """Draw the first page; that it cannot be drawn is no failure of the document."""
        with suppress(IngestError):
            await self._sandbox.page_image(self._file, 1, 1200)

    async def _look(self) -> None:
        while True:
            self._peak = max(self._peak, *self._peaks(), 0)
            await asyncio.sleep(LOOK_S)

    def _peaks(self) -> Iterator[int]:
        for child in self._children():
            with suppress(OSError):
                found = _PEAK.search(Path(f"/proc/{child.pid}/status").read_text())
                yield int(found[1]) * 1024 if found else 0

    def _children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for child in psutil.Process().children():
            with suppress(psutil.Error):
                if any(word.startswith(str(self._folder)) for word in child.cmdline()):
                    found.append(child)
        return found

    async def close(self) -> None:
        """End its child."""
        await self._sandbox.close()


async def read_all(
    files: Sequence[Hostile],
    folder: Path,
    limits: SandboxLimits,
    *,
    lanes: int = 2,
    told: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Read all files, so many at a time; outcomes as they came."""
    waiting = iter(files)
    outcomes: list[Outcome] = []

    async def work(number: int) -> None:
        lane = Lane(folder / str(number), limits)
        for hostile in waiting:
            outcomes.append(await lane.read(hostile))
            if told:
                told(outcomes[-1])
        await lane.close()

    async with asyncio.TaskGroup() as group:
        for number in range(lanes):
            group.create_task(work(number))
    return outcomes
