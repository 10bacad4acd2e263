"""One child process of the sandbox: started, given tasks, watched and ended."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import msgspec

from ingest.errors import CorruptFile, ParseMemory, ParseTimeout
from ingest.sandbox_clock import patience, waited_in_line
from ingest.sandbox_protocol import (
    ANSWER_HEAD,
    HELLO,
    Answer,
    Task,
    TellLanguage,
    decode_answer,
    task_frame,
)
from ingest.sandbox_window import Window

READER = ("-m", "ingest.sandbox_child")
"""What Python runs as a child."""
START_SECONDS = 60.0
"""Until a child must be ready; it takes less than one, but for a machine that is at its limit."""
MAX_ANSWER_BYTES = 192 * 1024 * 1024
"""Of an answer: 20 million characters and what says how they stand take less."""
_TIMEOUT = "Reading this file took too long. Split it, or save it in a simpler form."
_MEMORY = "Reading this file needs more memory than is allowed. Split it."
_MEMORY_SIGNALS = {signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL}
"""SIGKILL is the system's; pdfium traps and others abort when an allocation fails."""
CRASH = "This file makes its reader crash: it is damaged. Save it anew and upload it again."


class ReaderUnavailable(OSError):
    """No process to read with could be started; the machine is short of something."""


class Child:
    """One child process, and the window through which it sees its file."""

    def __init__(self, process: Process, window: Window) -> None:
        self._process = process
        self._window = window
        self._used = 0
        self._broken = False
        self._expiry: asyncio.TimerHandle | None = None

    @classmethod
    async def start(
        cls, reader: Sequence[str], memory_bytes: int, cpu_seconds: int, folder: Path
    ) -> "Child":
        """Start a child. It gets no environment: keys and passwords stay with the parent.

        Args:
            reader: What Python runs.
            memory_bytes: Its address space.
            cpu_seconds: Processor time for each task.
            folder: Where its window is made.

        Raises:
            ReaderUnavailable: It ended, or was not ready in time.
        """
        async with AsyncExitStack() as undo:
            window = Window(folder)
            undo.callback(window.close)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *reader,
                str(memory_bytes),
                str(cpu_seconds),
                str(window.folder),
                stdin=PIPE,
                stdout=PIPE,
                env={
                    "PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
                    "MALLOC_ARENA_MAX": "1",
                    "RAYON_NUM_THREADS": "1",
                    "LANG": "C.UTF-8",
                },
            )
            child = cls(process, window)
            undo.pop_all()
            undo.push_async_callback(child.end)
            await child.greet()
            undo.pop_all()
            return child

    async def greet(self) -> None:
        """Wait until it can take a task.

        Raises:
            ReaderUnavailable: It ended, or was not ready in time.
        """
        try:
            async with asyncio.timeout(START_SECONDS):
                await _output(self._process).readexactly(len(HELLO))
        except (TimeoutError, asyncio.IncompleteReadError):
            raise ReaderUnavailable(
                "The process that reads files does not start. Look into the log of the worker."
            ) from None

    async def ask(self, task: Task, seconds: float) -> Answer:
        """Hand over a task and wait for the answer.

        Args:
            task: What to do.
            seconds: In which; what it stands in line for a processor is not counted.

        Raises:
            ParseTimeout: None came in time; the child is killed.
            ParseMemory: The child was killed for its memory.
            CorruptFile: The child crashed, or talks nonsense.
            OSError: The file cannot be shown to it.
        """
        self._used += 1
        self._broken = True
        frame = await asyncio.to_thread(self._framed, task)
        try:
            async with patience(seconds, partial(waited_in_line, self._process.pid)):
                answer = await self._exchange(frame)
        except TimeoutError:
            raise ParseTimeout(_TIMEOUT) from None
        except msgspec.DecodeError:
            raise CorruptFile(CRASH) from None
        except (asyncio.IncompleteReadError, ConnectionError):
            _blame(await self._process.wait())
        finally:
            self._window.hide()
        return answer

    def _framed(self, task: Task) -> bytes:
        """The task, with the path under which the child sees its file from now on."""
        if isinstance(task, TellLanguage):
            return task_frame(task)
        seen = self._window.show(Path(task.path))
        return task_frame(msgspec.structs.replace(task, path=str(seen)))

    async def _exchange(self, content: bytes) -> Answer:
        writer, reader = self._process.stdin, _output(self._process)
        if writer is None:
            raise ConnectionError
        writer.write(content)
        await writer.drain()
        head = await reader.readexactly(ANSWER_HEAD.size)
        length, last = ANSWER_HEAD.unpack(head)
        if length > MAX_ANSWER_BYTES:
            raise ParseMemory(_MEMORY)
        answer = decode_answer(await reader.readexactly(length))
        self._broken = last
        return answer

    def usable(self, uses: int) -> bool:
        """Whether another task may be given to it."""
        return not self._broken and self._used < uses and self._process.returncode is None

    def expire_after(self, seconds: float, idle: list["Child"]) -> None:
        """End it unless it is borrowed before."""

        def expire() -> None:
            idle.remove(self)
            self._kill()
            self._window.close()

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
        self._window.close()


def _output(process: Process) -> asyncio.StreamReader:
    """What it writes.

    Raises:
        ReaderUnavailable: It was started without.
    """
    if process.stdout is None:
        raise ReaderUnavailable("A reader was started without an output.")
    return process.stdout


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
    raise CorruptFile(CRASH)
