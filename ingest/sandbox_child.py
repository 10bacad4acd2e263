"""A parser's process: takes tasks on its standard input, answers on its standard output.

Started as `python -m ingest.sandbox_child MEMORY_BYTES CPU_SECONDS FOLDER`. It gives up what it
does not need before it reads the first byte of a file, and dies with the process that started it.
"""

import os
import re
import signal
import sys
from pathlib import Path
from typing import IO

from ingest.errors import CorruptFile, IngestError, ParseMemory, TooManyPages
from ingest.language import search_configuration
from ingest.parsed import ParsedDocument
from ingest.parsers import (
    attachments,
    docx,
    eml,
    epub,
    html,
    markdown,
    odf,
    pdf,
    pdf_scans,
    pdf_view,
    pptx,
    rtf,
    separated,
    text,
    xlsx,
)
from ingest.sandbox_locks import allow_cpu, confine
from ingest.sandbox_protocol import (
    HELLO,
    TASK_HEAD,
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
    TakeOut,
    Task,
    TellLanguage,
    Told,
    answer_frame,
    decode_task,
)
from ingest.sniff import Kind

RECURSION = 10_000
"""Frames; libxml2 lets a tree be 2048 deep, and walking it takes some frames a level."""
WORN_SHARE = 0.75
"""Share of the memory limit from which on a process is not used again."""
MAX_BLOCKS = 400_000
"""Paragraphs, headings and tables in one file; in 20 million characters, one to each 50."""

_READERS = {
    Kind.DOCX: docx.parse,
    Kind.PPTX: pptx.parse,
    Kind.XLSX: xlsx.parse,
    Kind.ODT: odf.parse,
    Kind.ODS: odf.parse,
    Kind.ODP: odf.parse,
    Kind.EPUB: epub.parse,
    Kind.RTF: rtf.parse,
    Kind.EMAIL: eml.parse,
    Kind.HTML: html.parse,
    Kind.MARKDOWN: markdown.parse,
    Kind.CSV: separated.parse,
    Kind.TEXT: text.parse,
}


# Opened in time: a confined process opens nothing of the system's any more.
_STATUS = Path("/proc/self/status").open() if Path("/proc/self/status").exists() else None  # noqa: SIM115


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
    if _STATUS is None:
        return False
    _STATUS.seek(0)
    peak = re.search(r"VmPeak:\s+(\d+) kB", _STATUS.read())
    return peak is not None and int(peak[1]) * 1024 > memory_bytes * WORN_SHARE


def _perform(task: Task) -> Answer:
    answer: Answer
    match task:
        case Parse():
            document = _parse(task)
            answer = Parsed(document, search_configuration(document.text))
        case DrawPage():
            answer = Drawn(pdf_view.page_image(Path(task.path), task.page_number, task.width))
        case DrawScan():
            answer = DrawnScan(*pdf_scans.page_scan(Path(task.path), task.page_number))
        case TellLanguage():
            answer = Told(search_configuration(task.text))
        case FindPassage():
            place = (task.page_number, task.page_text, task.start, task.end)
            answer = Found(pdf_view.passage_rects(Path(task.path), *place))
        case TakeOut():
            answer = attachments.take_out(Path(task.path), task.kind, task.first)
    return answer


def _parse(task: Parse) -> ParsedDocument:
    """Read the file.

    Raises:
        DocumentUnreadable: It cannot be read.
        TooManyPages: It has more slides, sheets or chapters than pages are allowed.
        ParseMemory: It holds more text, or more paragraphs, than is allowed.
    """
    path = Path(task.path)
    if task.kind is Kind.PDF:
        document = pdf.parse(path, max_pages=task.max_pages)
    else:
        document = _READERS[task.kind](path)
    if len(document.pages) > task.max_pages:
        raise TooManyPages(
            f"This file has {len(document.pages):,} pages; Lumen reads up to {task.max_pages:,}. "
            "Split it."
        )
    if len(document.text) > task.max_characters:
        raise ParseMemory(
            f"This file holds more than {task.max_characters:,} characters. Split it."
        )
    if len(document.blocks) > MAX_BLOCKS:
        raise ParseMemory(f"This file holds more than {MAX_BLOCKS:,} paragraphs. Split it.")
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
    memory_bytes, cpu_seconds = (int(argument) for argument in sys.argv[1:3])
    folder = Path(sys.argv[3])
    # Ctrl-C in a terminal reaches every process of its group; when to end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.setrecursionlimit(RECURSION)
    confine(memory_bytes, folder)
    answers.write(HELLO)
    answers.flush()
    serve(sys.stdin.buffer, answers, memory_bytes, cpu_seconds)


if __name__ == "__main__":
    main()
