"""Scanned pages as tesseract read them, and their place in the document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ingest.boxes import GRID, Box, pack
from ingest.parsed import Block, Page, ParsedDocument
from ingest.parsers.draft import GAP, clean
from ingest.parsers.pdf_hyphens import goes_on, joined, marked
from ingest.parsers.printed import Line, readable

SURE = 40.0
"""Percent that tesseract has to be sure of a line; below, it read stains and pictures."""
PAGE_ROW, WORD_ROW = 1, 5
"""Levels of tesseract's table: the page as a whole, and a word."""
COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was recognised.

    Attributes:
        paragraph: Numbers of page, block and paragraph.
        line: Number of the line in its paragraph.
        edges: Left, upper, right and lower edge in pixels from the upper left.
        sure: Percent.
    """

    paragraph: tuple[int, int, int]
    line: int
    edges: tuple[int, int, int, int]
    sure: float
    text: str


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What was recognised on one page.

    Attributes:
        paragraphs: Lines of each, with words' edges in pixels.
        width: Of the page, in pixels.
        height: Of the page, in pixels.
    """

    paragraphs: Sequence[Sequence[Line]]
    width: int
    height: int

    @property
    def letters(self) -> int:
        """How many letters and digits were recognised."""
        texts = (line.text for lines in self.paragraphs for line in lines)
        return sum(map(str.isalnum, "".join(texts)))

    def boxes(self) -> list[list[Box]]:
        """Of every word, in order."""
        across, down = GRID / max(self.width, 1), GRID / max(self.height, 1)
        return [
            [
                (round(left * across), round(top * down), round(right * across), round(foot * down))
                for left, top, right, foot in word
            ]
            for lines in self.paragraphs
            for line in lines
            for word in line.words
        ]


def scanned_page(table: str) -> ScannedPage:
    """What tesseract's table (`tsv`) says: lines that it is sure of, divided words joined."""
    rows = [cells for row in table.splitlines()[1:] if len(cells := row.split("\t")) == COLUMNS]
    sizes = [(int(row[8]), int(row[9])) for row in rows if int(row[0]) == PAGE_ROW]
    words = [word for row in rows if int(row[0]) == WORD_ROW and (word := _word(row)).text]
    paragraphs: list[list[Line]] = []
    for _, own in groupby(words, key=lambda word: word.paragraph):
        lines = list(_lines(list(own)))
        if paragraphs and lines and goes_on(paragraphs[-1][-1], lines[0]):
            # tesseract begins one wherever a line is set in or out.
            paragraphs[-1] += lines
        elif lines:
            paragraphs.append(lines)
    width, height = sizes[0] if sizes else (0, 0)
    return ScannedPage(joined(map(marked, paragraphs)), width, height)


def _word(row: Sequence[str]) -> Word:
    _, page, block, paragraph, line, _, left, top, across, down = map(int, row[:10])
    edges = (left, top, left + across, top + down)
    return Word((page, block, paragraph), line, edges, float(row[10]), readable(row[11]).strip())


def _lines(words: Sequence[Word]) -> Iterator[Line]:
    for _, own in groupby(words, key=lambda word: word.line):
        line = list(own)
        letters = sum(len(word.text) for word in line)
        if sum(word.sure * len(word.text) for word in line) < SURE * letters:
            continue
        # Recognised words hold no spaces, but for those that are none to tesseract.
        parts = [(part, word.edges) for word in line for part in word.text.split()]
        yield Line(" ".join(part for part, _ in parts), words=[[edges] for _, edges in parts])


def with_scans(document: ParsedDocument, scans: Mapping[int, ScannedPage]) -> ParsedDocument:
    """The document with what was recognised in the place of its scanned pages' own text.

    A page keeps its text layer where that has as many letters: a title over a photograph.

    Args:
        document: As its parser gave it.
        scans: By page number.
    """
    parts: list[str] = []
    pages: list[Page] = []
    blocks: list[Block] = []
    boxes: list[bytes | None] = []
    start = 0
    for page, packed in zip(document.pages, _boxes(document), strict=True):
        own = document.text[page.start : page.end]
        scan = scans.get(page.number)
        if scan is not None and scan.letters > sum(map(str.isalnum, own)):
            text, found = _text(scan)
            boxes.append(pack(scan.boxes()))
        else:
            text, found = own, _blocks(document, page)
            boxes.append(packed)
        parts.append(text)
        pages.append(replace(page, start=start, end=start + len(text)))
        blocks += [replace(each, start=start + each.start, end=start + each.end) for each in found]
        start += len(text)
    return replace(document, text="".join(parts), pages=pages, blocks=blocks, boxes=boxes)


def _boxes(document: ParsedDocument) -> Sequence[bytes | None]:
    return document.boxes or [None] * len(document.pages)


def _blocks(document: ParsedDocument, page: Page) -> list[Block]:
    """The page's blocks by offsets in its own text."""
    return [
        replace(block, start=block.start - page.start, end=block.end - page.start)
        for block in document.blocks
        if page.start <= block.start < page.end
    ]


def _text(scan: ScannedPage) -> tuple[str, list[Block]]:
    parts: list[str] = []
    blocks: list[Block] = []
    start = 0
    for lines in scan.paragraphs:
        text = clean("\n".join(line.text for line in lines))
        blocks.append(Block("paragraph", start, start + len(text)))
        parts.append(text + GAP)
        start += len(text) + len(GAP)
    return "".join(parts), blocks
