"""Text of scanned pages, recognised by the program tesseract: one process a page, confined."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from ingest.errors import DocumentUnreadable, NoText, ParseTimeout
from ingest.sandbox import Sandbox
from ingest.sandbox_protocol import Parsed
from ingest.scans import ScannedPage, scanned_page, with_scans

PROGRAM = "tesseract"
FIRST_LANGUAGE = "eng"
ORIENTATION = "osd"
"""What tesseract calls its model of which way up a page is; no language."""
MOST_LANGUAGES = 4
"""Languages used where none are set: each makes every page take longer."""
LANGUAGE_SAMPLE = 20_000
"""Characters of which the language is told."""

_CHILD = Path(__file__).with_name("recognition_child.py")
_INSTALL = (
    "This document has pictures of pages and no text. Ask whoever runs the server to install "
    "tesseract (apt install tesseract-ocr) and try again, or run text recognition (OCR) on it and "
    "upload the result."
)
_NOTHING = "This document has pictures only, and no words were recognised in them."
_BUDGET = (
    "Recognising the text of this document's pictures took too long. Split it, or run text "
    "recognition (OCR) on it and upload the result."
)

_ANY_WAY_UP = ("--psm", "1")

ShareDone = Callable[[float], Awaitable[None]]
"""Told after each page which share of the scanned pages is done."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """What recognising may cost.

    Attributes:
        languages: As tesseract names them (`eng`, `deu`); none for English and what else is
            installed, up to `MOST_LANGUAGES`.
        page_seconds: For one page, on the clock.
        document_seconds: For all pages of a document; those that are left then stay unread.
        memory_bytes: Address space of tesseract.
    """

    languages: tuple[str, ...] = ()
    page_seconds: float = 60.0
    document_seconds: float = 1800.0
    memory_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program, where a host has it.

    Attributes:
        path: Where it is.
        options: Its limits.
    """

    path: str
    options: RecognitionOptions = field(default_factory=RecognitionOptions)

    async def languages(self) -> list[str]:
        """What is installed, without the model of orientation.

        Raises:
            OSError: The program cannot be started.
        """
        listed = await self._run("--list-langs", given=b"", seconds=self.options.page_seconds)
        names = listed.decode(errors="replace").splitlines()[1:]
        return sorted(name for name in names if name and name != ORIENTATION)

    async def read(self, picture: bytes, languages: Sequence[str], resolution: int) -> ScannedPage:
        """Recognise one picture, upright or not.

        Args:
            picture: In any format that tesseract reads.
            languages: That it may be in, the likeliest first.
            resolution: Pixels an inch.

        Raises:
            ParseTimeout: It took too long.
            NoText: tesseract gave it up.
            OSError: The program cannot be started.
        """
        table = await self._run(
            *("stdin", "stdout", "-l", "+".join(languages), *_ANY_WAY_UP),
            *("--dpi", str(resolution), "tsv"),
            given=picture,
            seconds=self.options.page_seconds,
        )
        return scanned_page(table.decode(errors="replace"))

    async def _run(self, *arguments: str, given: bytes, seconds: float) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_CHILD)),
            *(str(self.options.memory_bytes), str(int(seconds) + 1)),
            *(self.path, *arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "LANG": "C.UTF-8"},
        )
        try:
            async with asyncio.timeout(seconds):
                said, _ = await process.communicate(given)
        except TimeoutError:
            raise ParseTimeout("Recognising the text of this page took too long.") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode:
            raise NoText(_NOTHING)
        return said


def chosen(installed: Sequence[str], wanted: Sequence[str] = ()) -> list[str]:
    """The languages to use: those of the wanted that are there, else English and others by name."""
    if there := [name for name in wanted if name in installed]:
        return there
    others = [name for name in installed if name != FIRST_LANGUAGE]
    first = [FIRST_LANGUAGE] if FIRST_LANGUAGE in installed else []
    return [*first, *others][:MOST_LANGUAGES]


class Recognition:
    """Reads the pages of a document that are pictures.

    Args:
        sandbox: Where they are drawn.
        tesseract: What recognises them; None where the host has none.
    """

    def __init__(self, sandbox: Sandbox, tesseract: Tesseract | None) -> None:
        self._sandbox = sandbox
        self._tesseract = tesseract

    async def read(self, path: Path, parsed: Parsed, done: ShareDone) -> Parsed:
        """The document with the words of its scanned pages.

        A page that cannot be read is left as it is, and costs no other.

        Args:
            path: The file.
            parsed: What its parser gave, with `scans`.
            done: Told after every page.

        Raises:
            NoText: Nothing was recognised, or nothing can be, and the document has no other text.
            ParseTimeout: As before, for want of time.
            TimeoutError: `done` raised it.
        """
        if self._tesseract is None:
            return _with_text(parsed, NoText(_INSTALL))
        tesseract, scans = self._tesseract, parsed.document.scans
        languages = chosen(await tesseract.languages(), tesseract.options.languages)
        found: dict[int, ScannedPage] = {}
        limit = asyncio.timeout(tesseract.options.document_seconds)
        try:
            async with limit:
                for place, number in enumerate(scans, start=1):
                    with suppress(DocumentUnreadable):
                        picture, resolution = await self._sandbox.page_scan(path, number)
                        found[number] = await tesseract.read(picture, languages, resolution)
                    await done(place / len(scans))
        except TimeoutError:
            if not limit.expired():
                raise
        late = limit.expired()
        document = with_scans(parsed.document, found)
        log.info("scans_read", pages=len(scans), recognised=len(found), late=late)
        language = await self._sandbox.language(document.text[:LANGUAGE_SAMPLE])
        return _with_text(
            Parsed(document, language), ParseTimeout(_BUDGET) if late else NoText(_NOTHING)
        )


def _with_text(parsed: Parsed, otherwise: DocumentUnreadable) -> Parsed:
    """The document, if it has any text.

    Raises:
        DocumentUnreadable: `otherwise`, if not.
    """
    if not parsed.document.blocks:
        raise otherwise
    return parsed
