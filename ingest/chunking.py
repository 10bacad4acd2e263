"""Chunks along the document's structure, each within the embedder's window."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.atoms import Atom, atoms_of, count_all, special_tokens
from ingest.parsed import ParsedDocument
from providers.contract import TokenCounter

HEADING_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class ChunkOptions:
    """How large chunks are, in the embedder's tokens.

    Attributes:
        target: Tokens of text at which a chunk is full. Measured by dense search on 472 questions
            (runbooks/decisions/0007): within 1,500 tokens of passages, chunks of 120 hold 0.884 of
            the answers' spans, of 180 0.851, of 230 0.830.
        least: A chunk smaller than this runs on into the next section.
        heading: Tokens of the heading path at most; its outermost parts go first.
    """

    target: int = 120
    least: int = 40
    heading: int = 48


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A stretch of a document's text: `text == document.text[start:end]`.

    Attributes:
        ordinal: From 0.
        start: Offset in the document's text.
        end: Offset behind it.
        page_number: Of the page on which it begins, from 1.
        heading: Headings above its first character, joined by ` > `; its own are in the text.
        text: The text itself.
        token_count: Tokens of `embedded`, the model's special ones included.
    """

    ordinal: int
    start: int
    end: int
    page_number: int
    heading: str
    text: str
    token_count: int

    @property
    def embedded(self) -> str:
        """What the embedder reads: the heading path, then the text."""
        return embedded_text(self.heading, self.text)


def embedded_text(heading: str, text: str) -> str:
    """What the embedder reads of a chunk."""
    return f"{heading}\n{text}" if heading else text


class Chunker:
    """Divides documents for one embedder.

    Args:
        counter: The embedder's tokenizer.
        window: Tokens that the embedder reads, special ones included.
        options: Sizes; the target is lowered where the window is small.
    """

    def __init__(
        self, counter: TokenCounter, *, window: int, options: ChunkOptions | None = None
    ) -> None:
        self._counter = counter
        self._window = window
        self._options = options or ChunkOptions()
        self._special = special_tokens(counter)

    def chunk(self, document: ParsedDocument) -> list[TextChunk]:
        """Divide a document. Every visible character is in exactly one chunk.

        Time grows linearly with the length of the text.
        """
        room = self._window - self._special
        atoms = atoms_of(document, self._counter, max(1, min(self._options.target, room)))
        paths = _Paths(document, atoms, self._counter, min(self._options.heading, room // 4))
        target = min(self._options.target, room)
        groups = list(_groups(atoms, target, self._options.least))
        return self._checked(document, groups, paths)

    def _checked(
        self, document: ParsedDocument, groups: Sequence[Sequence[Atom]], paths: "_Paths"
    ) -> list[TextChunk]:
        """Build the chunks; halve those that, headings included, are over the window."""
        whole: list[tuple[Sequence[Atom], str, int]] = []
        waiting = list(groups)
        while waiting:
            headings = [paths.above(group[0]) for group in waiting]
            texts = [
                embedded_text(heading, document.text[group[0].start : group[-1].end])
                for group, heading in zip(waiting, headings, strict=True)
            ]
            counts = count_all(self._counter, texts)
            again: list[Sequence[Atom]] = []
            for group, heading, count in zip(waiting, headings, counts, strict=True):
                if count <= self._window:
                    whole.append((group, heading, count))
                elif len(group) > 1:
                    again += [group[: len(group) // 2], group[len(group) // 2 :]]
                else:
                    whole.append((group, "", count - paths.tokens(group[0])))
            waiting = again
        whole.sort(key=lambda item: item[0][0].start)
        return _numbered(document, whole)


def _numbered(
    document: ParsedDocument, groups: Sequence[tuple[Sequence[Atom], str, int]]
) -> list[TextChunk]:
    starts = [page.start for page in document.pages]
    chunks: list[TextChunk] = []
    for ordinal, (group, heading, count) in enumerate(groups):
        start, end = group[0].start, group[-1].end
        page = document.pages[bisect_right(starts, start) - 1].number
        chunks.append(
            TextChunk(ordinal, start, end, page, heading, document.text[start:end], count)
        )
    return chunks


class _Paths:
    """The heading path above every atom, cut to a number of tokens."""

    def __init__(
        self,
        document: ParsedDocument,
        atoms: Sequence[Atom],
        counter: TokenCounter,
        limit: int,
    ) -> None:
        self._above: dict[int, str] = {}
        stack: list[tuple[int, str]] = []
        block = -1
        path = ""
        for atom in atoms:
            if atom.block != block:
                block = atom.block
                if atom.level:
                    while stack and stack[-1][0] >= atom.level:
                        stack.pop()
                    path = HEADING_SEPARATOR.join(title for _, title in stack)
                    span = document.blocks[block]
                    stack.append((atom.level, _title(document.text[span.start : span.end])))
                else:
                    path = HEADING_SEPARATOR.join(title for _, title in stack)
            self._above[atom.start] = path
        distinct = sorted(set(self._above.values()))
        self._cut = dict(zip(distinct, _within(distinct, counter, limit), strict=True))
        self._counter = counter

    def above(self, atom: Atom) -> str:
        """The path above an atom; a heading's own title is not in it."""
        return self._cut[self._above[atom.start]]

    def tokens(self, atom: Atom) -> int:
        """What the path adds to the atom's tokens."""
        path, nothing = self._counter.count([self.above(atom), ""])
        return path - nothing


def _title(text: str) -> str:
    return " ".join(text.lstrip("# ").split())


def _within(paths: Sequence[str], counter: TokenCounter, limit: int) -> list[str]:
    """Drop the outermost headings, then the path, until it fits."""
    cut = list(paths)
    extra = special_tokens(counter)
    over = [place for place, count in enumerate(count_all(counter, cut)) if count - extra > limit]
    while over:
        for place in over:
            cut[place] = cut[place].partition(HEADING_SEPARATOR)[2]
        counts = count_all(counter, [cut[place] for place in over])
        over = [place for place, count in zip(over, counts, strict=True) if count - extra > limit]
    return cut


def _groups(atoms: Sequence[Atom], target: int, least: int) -> Iterator[list[Atom]]:
    """Pack atoms: whole sections if they fit, else whole blocks, else sentences."""
    packing = _Packing(target, least)
    for block in _blocks(atoms):
        yield from packing.add(block)
    yield from packing.rest()


def _blocks(atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
    block: list[Atom] = []
    for atom in atoms:
        if block and atom.block != block[0].block:
            yield block
            block = []
        block.append(atom)
    if block:
        yield block


class _Packing:
    """Fills one chunk after the other."""

    def __init__(self, target: int, least: int) -> None:
        self._target = target
        self._least = least
        self._group: list[Atom] = []
        self._tokens = 0

    def add(self, block: Sequence[Atom]) -> Iterator[list[Atom]]:
        """Take a block; yield the chunks that became full."""
        size = sum(atom.tokens for atom in block)
        begins_section = block[0].level > 0 and not self._only_headings()
        fits = self._tokens + size <= self._target
        half_full = self._tokens >= self._target // 2
        if (begins_section and self._tokens >= self._least) or (
            not fits and size <= self._target and half_full
        ):
            yield from self._flush()
        # A block over the target is divided evenly, so that no stump is left at its end.
        total = self._tokens + size
        share = -(-total // -(-total // self._target)) if total else 0
        for atom in block:
            if self._tokens + atom.tokens > self._target or (
                total > self._target and self._tokens >= share
            ):
                yield from self._flush()
            self._take(atom)

    def _only_headings(self) -> bool:
        return all(atom.level for atom in self._group)

    def _take(self, atom: Atom) -> None:
        self._group.append(atom)
        self._tokens += atom.tokens

    def _flush(self) -> Iterator[list[Atom]]:
        """Close the chunk; headings at its end go with what follows them."""
        group = self._group
        kept = len(group)
        while kept and group[kept - 1].level:
            kept -= 1
        if not kept:
            kept = len(group)
        self._group, self._tokens = [], 0
        if kept:
            yield group[:kept]
        for atom in group[kept:]:
            self._take(atom)

    def rest(self) -> Iterator[list[Atom]]:
        """What is left at the end of the document."""
        if self._group:
            yield self._group
