"""Parsers run in child processes: a file that kills its parser costs that file only."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from ingest.errors import CorruptFile, ParseMemory, ParseTimeout
from ingest.parsed import Rect
from ingest.sandbox_protocol import (
    ANSWER_HEAD,
    Answer,
    Drawn,
    DrawPage,
    FindPassage,
    Found,
    Parse,
    Parsed,
    Refused,
    Task,
    decode_answer,
    task_frame,
)
from ingest.sniff import Kind

_Wanted = TypeVar("_Wanted")
_CHILD = ("-m", "ingest.sandbox_child")
_TIMEOUT = "Reading this file took too long. Split it, or save it in a simpler form."
_MEMORY = "Reading this file needs more memory than is allowed. Split it."
_MEMORY_SIGNALS = {signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL}
"""SIGKILL is the system's; pdfium traps and others abort when an allocation fails."""
_CRASH = "This file makes its reader crash: it is damaged. Save it anew and upload it again."


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one file may cost.

    Attributes:
        seconds: From handing the file over to the answer, on the clock.
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
    """

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        size: int = 2,
        uses: int = 50,
        idle_seconds: float = 30.0,
    ) -> None:
        self.limits = limits or SandboxLimits()
        self._slots = asyncio.Semaphore(size)
        self._uses = uses
        self._idle_seconds = idle_seconds
        self._idle: list[_Child] = []
        self._closed = False

    async def parse(self, path: Path, kind: Kind) -> Parsed:
        """Read a file.

        Raises:
            DocumentUnreadable: It cannot be read within the limits; the class says why.
        """
        limits = self.limits
        answer = await self._run(Parse(str(path), kind, limits.max_pages, limits.max_characters))
        return _expect(answer, Parsed)

    async def page_image(self, path: Path, page_number: int, width: int) -> bytes:
        """Draw a page of a PDF, numbered from 1, as a PNG `width` pixels wide.

        Raises:
            DocumentUnreadable: It cannot be drawn within the limits.
        """
        return _expect(await self._run(DrawPage(str(path), page_number, width)), Drawn).png

    async def passage_rects(
        self, path: Path, page_number: int, page_text: str, start: int, end: int
    ) -> list[Rect]:
        """Find `page_text[start:end]` on a PDF's page: boxes as fractions of its size.

        Raises:
            DocumentUnreadable: The file cannot be opened within the limits.
        """
        task = FindPassage(str(path), page_number, page_text, start, end)
        return _expect(await self._run(task), Found).rects

    async def close(self) -> None:
        """End every idle child; those at work end when their task does."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _run(self, task: Task) -> Answer:
        async with self._slots, self._borrowed() as child:
            return await child.ask(task, self.limits.seconds)

    @asynccontextmanager
    async def _borrowed(self) -> AsyncGenerator["_Child"]:
        """A child for one task. One that failed or was interrupted is killed, not reused."""
        child = self._idle.pop() if self._idle else await _Child.start(self.limits)
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
        raise CorruptFile(_CRASH)
    return answer


class _Child:
    """One child process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._used = 0
        self._broken = False
        self._expiry: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, limits: SandboxLimits) -> "_Child":
        """Start a child. It gets no environment: keys and passwords stay with the parent."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *_CHILD,
            str(limits.memory_bytes),
            str(int(limits.seconds) + 1),
            stdin=PIPE,
            stdout=PIPE,
            env={
                "PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
                "MALLOC_ARENA_MAX": "1",
                "RAYON_NUM_THREADS": "1",
                "LANG": "C.UTF-8",
            },
        )
        return cls(process)

    async def ask(self, task: Task, seconds: float) -> Answer:
        """Hand over a task and wait for the answer.

        Raises:
            ParseTimeout: None came in time; the child is killed.
            ParseMemory: The child was killed for its memory.
            CorruptFile: The child crashed.
        """
        self._used += 1
        self._broken = True
        try:
            async with asyncio.timeout(seconds):
                answer = await self._exchange(task_frame(task))
        except TimeoutError:
            raise ParseTimeout(_TIMEOUT) from None
        except (asyncio.IncompleteReadError, ConnectionError):
            _blame(await self._process.wait())
        return answer

    async def _exchange(self, content: bytes) -> Answer:
        writer, reader = self._process.stdin, self._process.stdout
        if writer is None or reader is None:
            raise ConnectionError
        writer.write(content)
        await writer.drain()
        head = await reader.readexactly(ANSWER_HEAD.size)
        length, last = ANSWER_HEAD.unpack(head)
        answer = decode_answer(await reader.readexactly(length))
        self._broken = last
        return answer

    def usable(self, uses: int) -> bool:
        """Whether another task may be given to it."""
        return not self._broken and self._used < uses and self._process.returncode is None

    def expire_after(self, seconds: float, idle: list["_Child"]) -> None:
        """End it unless it is borrowed before."""

        def expire() -> None:
            idle.remove(self)
            self._kill()

        self._expiry = asyncio.get_running_loop().call_later(seconds, expire)

    def keep(self) -> None:
        """Forget the expiry."""
        if self._expiry is not None:
            self._expiry.cancel()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Kill it and wait until it is gone."""
        self.keep()
        self._kill()
        await self._process.wait()


def _blame(status: int) -> NoReturn:
    """Say what the end of a child means for the file that it was reading.

    Raises:
        ParseTimeout: It used up its processor time.
        ParseMemory: The system killed it, or a library ended itself for lack of memory.
        CorruptFile: It crashed.
    """
    if status == -signal.SIGXCPU:
        raise ParseTimeout(_TIMEOUT)
    if -status in _MEMORY_SIGNALS:
        raise ParseMemory(_MEMORY)
    raise CorruptFile(_CRASH)
