"""A parser's process: takes tasks on its standard input, answers on its standard output.

Started as `python -m ingest.sandbox_child MEMORY_BYTES CPU_SECONDS`. It gives up what it does
not need before it reads the first byte of a file, and dies with the process that started it.
"""

import ctypes
import os
import re
import resource
import signal
import sys
from pathlib import Path
from typing import IO

from ingest.errors import CorruptFile, IngestError, ParseMemory
from ingest.language import search_configuration
from ingest.parsed import ParsedDocument
from ingest.parsers import docx, html, markdown, pdf, pdf_view, text
from ingest.sandbox_protocol import (
    TASK_HEAD,
    Answer,
    Drawn,
    DrawPage,
    FindPassage,
    Found,
    Parse,
    Parsed,
    Refused,
    Task,
    answer_frame,
    decode_task,
)
from ingest.sniff import Kind

RECURSION = 10_000
"""Frames; libxml2 lets a tree be 2048 deep, and walking it takes some frames a level."""
WORN_SHARE = 0.75
"""Share of the memory limit from which on a process is not used again."""
PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a child gets when its parent dies."""
PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h: nothing that is started gains privileges."""
CLONE_NEWNET = 0x40000000
"""From linux/sched.h: a network of its own, without any interface that is up."""
CLONE_NEWUSER = 0x10000000
"""From linux/sched.h: lets a process without privileges ask for the above."""

_READERS = {
    Kind.DOCX: docx.parse,
    Kind.HTML: html.parse,
    Kind.MARKDOWN: markdown.parse,
    Kind.TEXT: text.parse,
}


def confine(memory_bytes: int) -> None:
    """Give up network, writing, new privileges and memory beyond the limit."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # Where neither is permitted the parsers still open no socket; this is the second lock.
        if libc.unshare(CLONE_NEWNET) != 0:
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Let this process use that much more processor time, then be ended by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def perform(task: Task, memory_bytes: int) -> Answer:
    """Do one task; whatever a library raises ends as a refusal with a code."""
    try:
        return _perform(task)
    except IngestError as error:
        return Refused(error.code, error.message)
    except MemoryError:
        return _MEMORY
    except Exception:  # noqa: BLE001 # The child's job loop: parsers raise anything on odd files.
        # Some libraries call it a syntax error when they get no more memory.
        return _MEMORY if worn(memory_bytes) else _DAMAGED


_MEMORY = Refused(
    ParseMemory.code, "Reading this file needs more memory than is allowed. Split it."
)
_DAMAGED = Refused(CorruptFile.code, "This file is damaged and cannot be read.")


def worn(memory_bytes: int) -> bool:
    """Whether this process came near its limit: what it took is not given back whole."""
    status = Path("/proc/self/status")
    peak = re.search(r"VmPeak:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return peak is not None and int(peak[1]) * 1024 > memory_bytes * WORN_SHARE


def _perform(task: Task) -> Answer:
    match task:
        case Parse():
            document = _parse(task)
            return Parsed(document, search_configuration(document.text))
        case DrawPage():
            return Drawn(pdf_view.page_image(Path(task.path), task.page_number, task.width))
        case FindPassage():
            place = (task.page_number, task.page_text, task.start, task.end)
            return Found(pdf_view.passage_rects(Path(task.path), *place))


def _parse(task: Parse) -> ParsedDocument:
    """Read the file.

    Raises:
        DocumentUnreadable: It cannot be read.
        ParseMemory: Its text is longer than allowed.
    """
    path = Path(task.path)
    if task.kind is Kind.PDF:
        document = pdf.parse(path, max_pages=task.max_pages)
    else:
        document = _READERS[task.kind](path)
    if len(document.text) > task.max_characters:
        raise ParseMemory(
            f"This file holds more than {task.max_characters:,} characters. Split it."
        )
    return document


def serve(tasks: IO[bytes], answers: IO[bytes], memory_bytes: int, cpu_seconds: int) -> None:
    """Answer tasks until the input ends or this process is worn out."""
    while head := tasks.read(TASK_HEAD.size):
        content = tasks.read(TASK_HEAD.unpack(head)[0])
        allow_cpu(cpu_seconds)
        answer = perform(decode_task(content), memory_bytes)
        last = worn(memory_bytes)
        answers.write(answer_frame(answer, last=last))
        answers.flush()
        if last:
            return


def main() -> None:
    """Run the child."""
    memory_bytes, cpu_seconds = (int(argument) for argument in sys.argv[1:])
    # Ctrl-C in a terminal reaches every process of its group; when to end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.setrecursionlimit(RECURSION)
    confine(memory_bytes)
    serve(sys.stdin.buffer, answers, memory_bytes, cpu_seconds)


if __name__ == "__main__":
    main()
