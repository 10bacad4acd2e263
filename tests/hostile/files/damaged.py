"""Sound files cut off, altered at random, and files that are two kinds at once."""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from tests.fixtures.bombs import word_file
from tests.fixtures.pdf import lines, pdf
from tests.hostile.files.docx import SENTENCE, word
from tests.hostile.files.office import book, opendocument, presentation, workbook
from tests.hostile.files.pdf_writer import one_page
from tests.hostile.files.text import noise
from tests.hostile.files.zips import zipped

MEGA = 1_000_000
TENTHS = 10
MUTATIONS = 8
_ROWS = "<row><c><v>1</v></c></row>" * 50
_SHAPE = "<p:sp><p:txBody><a:p><a:r><a:t>The lamp.</a:t></a:r></a:p></p:txBody></p:sp>"

SOUND: Mapping[str, Callable[[], bytes]] = {
    "pdf": lambda: pdf([lines(*["The keeper lit the lamp at dusk."] * 30)] * 5),
    "docx": lambda: word_file(SENTENCE * 200),
    "xlsx": lambda: workbook(_ROWS),
    "pptx": lambda: presentation(_SHAPE * 20),
    "odt": lambda: opendocument("<text:p>The lamp.</text:p>" * 50),
    "epub": lambda: book("<p>The keeper lit the lamp.</p>" * 50),
}


def cut(make: Callable[[], bytes], tenths: int) -> bytes:
    """The beginning of a file."""
    content = make()
    return content[: len(content) * tenths // TENTHS]


def mutated(make: Callable[[], bytes], seed: int) -> bytes:
    """A file with bytes changed, taken out and doubled: few of them, or one in fifty."""
    chance = random.Random(seed)  # noqa: S311 # The same every time is what is wanted.
    content = bytearray(make())
    for _ in range(3 if seed % 2 else max(3, len(content) // 50)):
        place = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                content[place] ^= 1 << chance.randrange(8)
            case 1:
                content[place] = chance.choice(b"\x00\xff09<>[]()/ \n")
            case 2:
                del content[place : place + chance.randrange(1, 9)]
            case _:
                content[place:place] = content[place : place + chance.randrange(1, 99)]
    return bytes(content)


def _both(one: bytes, other: bytes) -> bytes:
    return one + other


_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
)

POLYGLOTS: Mapping[str, Callable[[], bytes]] = {
    "a PDF behind a page.html": lambda: _both(b"<html><p>a</p>", SOUND["pdf"]()),
    "a PDF behind a picture.pdf": lambda: _both(b"GIF89a" + bytes(500), SOUND["pdf"]()),
    "a PDF before an archive.pdf": lambda: _both(SOUND["pdf"](), SOUND["docx"]()),
    "an archive before a PDF.docx": lambda: _both(SOUND["docx"](), SOUND["pdf"]()),
    "a Word file named PDF.pdf": SOUND["docx"],
    "a workbook named Word.docx": SOUND["xlsx"],
    "a Word file and workbook.docx": lambda: word({"xl/workbook.xml": "<workbook/>"}),
    "an archive of archives.zip": lambda: zipped({"a.zip": zipped({"b.zip": bytes(50 * MEGA)})}),
    "a drawing with an entity.svg": _ENTITY.encode,
    "a PDF within a PDF.pdf": lambda: one_page(SOUND["pdf"]()),
    "nothing.pdf": lambda: b"",
    "a mark and nothing.txt": lambda: b"\xef\xbb\xbf",
    "five bytes of PDF.pdf": lambda: b"%PDF-",
    "four bytes of an archive.docx": lambda: b"PK\x03\x04",
    "zeros.txt": lambda: bytes(20 * MEGA),
    "noise.bin": lambda: noise(5 * MEGA),
    "noise behind a PDF's mark.pdf": lambda: b"%PDF-1.7\n" + noise(5 * MEGA),
    "noise behind a zip's mark.docx": lambda: b"PK\x03\x04word/document" + noise(5 * MEGA),
    "noise behind a mark of Office.docx": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + noise(MEGA),
}


def files() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield names with their suffix, and what makes the bytes."""
    for kind, make in SOUND.items():
        for tenths in range(1, TENTHS) if kind == "pdf" else (3, 9):
            yield f"cut at {tenths} tenths.{kind}", partial(cut, make, tenths)
        for seed in range(MUTATIONS * (3 if kind == "pdf" else 1)):
            yield f"mutation {seed}.{kind}", partial(mutated, make, seed)
    yield from POLYGLOTS.items()
