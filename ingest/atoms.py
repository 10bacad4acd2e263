"""The smallest stretches of text that chunking moves as one: sentences, lines, headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.parsed import Block, ParsedDocument
from providers.contract import TokenCounter

MAX_CHARACTERS = 800
"""Longer stretches are divided before tokens are counted, which keeps the work linear."""
COUNTED_AT_ONCE = 2_000
"""Texts handed to the tokenizer together, so that memory stays small."""

_SENTENCE_END = re.compile(
    r"""[.!?…]+["'”’»)\]]*\s+(?=\S)"""  # Scripts with spaces.
    r"|[。！？；]+[”’」』）]*\s*(?=\S)"  # Chinese and Japanese write none.
    r"|[।۔؟]+\s*(?=\S)"  # Devanagari, Urdu, Arabic.
)
_SOFT_BREAKS = (
    re.compile(r"\n+"),
    re.compile(r"\s\|\s+"),  # Between the cells of a row, so that a name stays with its value.
    re.compile(r"[,;:，、]\s*"),
    re.compile(r"\s+"),
)


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch of text, without white space around it.

    Attributes:
        start: Offset in the document's text.
        end: Offset behind it.
        block: Which block it belongs to, counted from 0.
        level: Of the heading that it is; 0 for everything else.
        tokens: As the embedder counts them, without its special tokens.
    """

    start: int
    end: int
    block: int
    level: int
    tokens: int


def special_tokens(counter: TokenCounter) -> int:
    """Tokens that the model adds to every text."""
    return counter.count([""])[0]


def count_all(counter: TokenCounter, texts: Sequence[str]) -> list[int]:
    """Count tokens of many texts, some thousand at a time."""
    counts: list[int] = []
    for place in range(0, len(texts), COUNTED_AT_ONCE):
        counts += counter.count(texts[place : place + COUNTED_AT_ONCE])
    return counts


def atoms_of(document: ParsedDocument, counter: TokenCounter, limit: int) -> list[Atom]:
    """Divide a document into atoms of at most `limit` tokens each (one character at least)."""
    spans = [
        (span, place)
        for place, block in enumerate(document.blocks)
        for span in _spans(document.text, block)
    ]
    counted = _counted(document.text, spans, counter)
    while any(_divisible(atom, limit) for atom in counted):
        counted = _divided(document.text, counted, counter, limit)
    blocks = document.blocks
    return [
        Atom(atom.start, atom.end, atom.block, blocks[atom.block].level, atom.tokens)
        for atom in counted
    ]


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    if block.kind in {"list", "table", "code"}:
        pieces = _at(_SOFT_BREAKS[0], text, block.start, block.end)
    elif block.kind == "heading":
        pieces = iter([(block.start, block.end)])
    else:
        pieces = _at(_SENTENCE_END, text, block.start, block.end)
    for start, end in pieces:
        yield from _short(text, start, end)


def _at(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Divide behind each match."""
    for match in pattern.finditer(text, start, end):
        if match.end() < end:
            yield start, match.end()
            start = match.end()
    yield start, end


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Divide a long stretch near every `MAX_CHARACTERS`, where it breaks best."""
    while end - start > MAX_CHARACTERS:
        cut = _cut(text, start + MAX_CHARACTERS // 2, start + MAX_CHARACTERS)
        yield start, cut
        start = cut
    yield start, end


def _cut(text: str, first: int, last: int) -> int:
    """The last line break, edge of a cell, comma or space between two offsets; else the second."""
    for pattern in _SOFT_BREAKS:
        ends = [match.end() for match in pattern.finditer(text, first, last)]
        if ends:
            return ends[-1]
    return last


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def _counted(
    text: str, spans: Sequence[tuple[tuple[int, int], int]], counter: TokenCounter
) -> list[Atom]:
    tidy = [(_trimmed(text, *span), block) for span, block in spans]
    tidy = [(span, block) for span, block in tidy if span[0] < span[1]]
    extra = special_tokens(counter)
    counts = count_all(counter, [text[start:end] for (start, end), _ in tidy])
    return [
        Atom(start, end, block, 0, count - extra)
        for ((start, end), block), count in zip(tidy, counts, strict=True)
    ]


def _divisible(atom: Atom, limit: int) -> bool:
    return atom.tokens > limit and atom.end - atom.start > 1


def _divided(text: str, atoms: Sequence[Atom], counter: TokenCounter, limit: int) -> list[Atom]:
    """Halve the atoms that are over the limit and count the halves."""
    halves: list[tuple[tuple[int, int], int]] = []
    for atom in atoms:
        if _divisible(atom, limit):
            middle = (atom.start + atom.end) // 2
            cut = _cut(text, (atom.start + middle) // 2, middle + 1) if middle > atom.start else 0
            cut = cut if atom.start < cut < atom.end else middle
            halves += [((atom.start, cut), atom.block), ((cut, atom.end), atom.block)]
    fresh = iter(_counted(text, halves, counter))
    kept = [atom for atom in atoms if not _divisible(atom, limit)]
    return sorted([*kept, *fresh], key=lambda atom: atom.start)
