"""What a parser gives: the document's text, its pages and its blocks, by character offsets.

Offsets are half-open `[start, end)` code point positions in `ParsedDocument.text`, so
`text[start:end]` is always the exact text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list", "table", "code"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, slide or sheet. Pages follow each other without gap: one's end is the next's start.

    Attributes:
        number: Counts from 1.
        start: Where the page begins in the document's text.
        end: Where it ends, its closing line break included.
        label: What names the page where its number alone does not: what is printed on a PDF's
            (`iv`, `A-2`), `Slide 3`, `Sheet Sales`, the title of an e-book's chapter.
    """

    number: int
    start: int
    end: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A unit of structure. Blocks are in order, do not overlap and may leave white space between.

    Attributes:
        kind: What it is.
        start: Where it begins in the document's text.
        end: Where it ends.
        level: Depth of a heading, from 1; 0 for everything else.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document as read.

    Attributes:
        text: All of it, in reading order, NFC, without NUL or lone surrogates.
        pages: At least one; together they cover the text from 0 to its length. Formats without
            pages have a single page, and `paged` is false.
        blocks: Headings, paragraphs, lists, tables, code.
        paged: Whether the page numbers mean something to a reader.
        title: The document's own title, where it states one.
        boxes: Of each page, where its words stand (`ingest.boxes`); None where that is not known,
            and nothing at all for documents whose pages have no picture.
        scans: Numbers of the pages whose words are in a picture, to be recognised there. A
            document of such pages alone has no text yet.
    """

    text: str
    pages: Sequence[Page]
    blocks: Sequence[Block]
    paged: bool
    title: str | None = None
    boxes: Sequence[bytes | None] = ()
    scans: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Rect:
    """A box as fractions of the page's width and height, from the upper left corner."""

    left: float
    top: float
    width: float
    height: float
