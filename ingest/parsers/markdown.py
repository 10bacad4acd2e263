"""Markdown: the source itself, with its structure marked; tables rewritten row by row."""

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.errors import EmptyFile
from ingest.parsed import Block, BlockKind, Page, ParsedDocument
from ingest.parsers.draft import clean
from ingest.parsers.table import Cell, Table
from ingest.parsers.text import decode

_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "blockquote_open": "paragraph",
    "html_block": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
# Blocks alone: the source is kept, so nobody needs to know what is bold, and the rules for inline
# text take minutes on hostile input.
_BLOCKS = (
    MarkdownIt("commonmark", {"maxNesting": 50}).enable("table").disable(["inline", "reference"])
)


def parse(path: Path) -> ParsedDocument:
    """Read a Markdown file.

    Raises:
        EmptyFile: There is nothing but white space.
    """
    source = clean(decode(path.read_bytes()))
    if not source.strip():
        raise EmptyFile("There is no text in this file.")
    return _Reading(source).document()


class _Reading:
    """Copies the source line by line, so that offsets stay those of the file where they can."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True)
        self._tokens = _BLOCKS.parse(source)
        self._parts: list[str] = []
        self._length = 0
        self._next_line = 0
        self._blocks: list[Block] = []
        self._title: str | None = None

    def document(self) -> ParsedDocument:
        for place, token in enumerate(self._tokens):
            if token.level == 0 and token.map is not None and token.type in _KINDS:
                self._block(place, token, *token.map)
        self._copy(len(self._lines))
        text = "".join(self._parts)
        pages = [Page(1, 0, len(text))]
        return ParsedDocument(text, pages, self._blocks, paged=False, title=self._title)

    def _copy(self, line: int) -> None:
        self._append("".join(self._lines[self._next_line : line]))
        self._next_line = line

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _block(self, place: int, token: Token, first: int, behind: int) -> None:
        self._copy(first)
        kind = _KINDS[token.type]
        source = "".join(self._lines[first:behind])
        shown = source
        if kind == "table":
            shown = self._table(place).lines(header=True) + "\n"
        self._next_line = behind
        lead = len(shown) - len(shown.lstrip("\n"))
        body = shown.rstrip()
        if body.strip():
            start = self._length + lead
            level = int(token.tag[1]) if kind == "heading" else 0
            self._blocks.append(Block(kind, start, self._length + len(body), level))
            self._note_title(level, body)
        self._append(shown)

    def _note_title(self, level: int, body: str) -> None:
        if level == 1 and self._title is None:
            self._title = body.splitlines()[0].strip("# \t")

    def _table(self, place: int) -> Table:
        table = Table()
        row: list[Cell] = []
        for token in self._tokens[place + 1 :]:
            if token.type == "table_close":
                break
            if token.type == "inline":
                row.append(Cell(token.content))
            elif token.type == "tr_close":
                table.add(row)
                row = []
        return table
