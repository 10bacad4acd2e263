"""Rich text: paragraphs, headings, lists and tables as they are printed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.errors import CorruptFile
from ingest.parsed import ParsedDocument
from ingest.parsers.draft import Draft
from ingest.parsers.rtf_tokens import Token, tokens
from ingest.parsers.table import Cell, Table

_UNSEEN = {
    "colortbl", "fonttbl", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl",
    "generator", "pict", "object", "objdata", "themedata", "colorschememapping", "latentstyles",
    "datastore", "xmlnstbl", "fldinst", "header", "headerl", "headerr", "headerf", "footer",
    "footerl", "footerr", "footerf", "pntxta", "pntxtb", "bkmkstart", "bkmkend", "annotation",
    "atnid", "atnauthor", "nonshppict", "template", "operator", "author", "company", "comment",
    "subject", "keywords", "doccomm", "hlinkbase", "manager", "category", "userprops", "private",
    "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "xe", "tc", "formfield",
}  # fmt: skip
"""Groups whose text is not printed with the document's own; headers and footers repeat."""
_SEEN = {
    "shptxt",
    "shpinst",
    "shp",
    "shppict",
    "fldrslt",
    "pn",
    "listtext",
    "pntext",
    "do",
    "dptxbx",
}
"""Groups that may be ignored, by the format's rule, and hold text that is printed."""
_CHARACTERS = {
    "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "endash": "–", "emdash": "—", "enspace": " ", "emspace": " ", "page": "\n",
}  # fmt: skip
_HEADING = re.compile(r"heading (\d)|(title)", re.IGNORECASE)
_BODY_TEXT = 9
"""Outline levels count from 0 to 8."""


def parse(path: Path) -> ParsedDocument:
    """Read rich text.

    Raises:
        CorruptFile: It does not begin as rich text does.
        NoText: It shows no text.
    """
    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise CorruptFile("This rich text is damaged and cannot be opened.")
    reading = _Reading()
    for token in tokens(data):
        reading.take(token)
    return reading.finished()


_PLACES = {
    "stylesheet": "style", "listtext": "mark", "pntext": "mark", "info": "nothing",
    "title": "title", "footnote": "note",
}  # fmt: skip
"""Groups whose text goes elsewhere than into the document's paragraphs."""


@dataclass(slots=True)
class _Paragraph:
    """What holds for a paragraph until it is reset."""

    level: int = 0
    listed: bool = False
    depth: int = 0
    in_table: bool = False


@dataclass(slots=True)
class _Group:
    r"""What holds within a group.

    Attributes:
        place: Where text goes: `body`, `note`, `mark` of a list, `style`, `title`, or `nowhere`.
        hidden: Whether text is hidden or deleted.
        ignorable: Whether a `\*` came just before.
        paragraph: What holds for paragraphs.
    """

    place: str = "body"
    hidden: bool = False
    ignorable: bool = False
    paragraph: _Paragraph = field(default_factory=_Paragraph)


class _Reading:
    def __init__(self) -> None:
        self._body = _Body()
        self._styles = _Styles()
        self._title: list[str] = []
        self._groups = [_Group()]
        self._takers: dict[str, Callable[[str], None]] = {
            "body": self._body.text.append,
            "mark": self._body.mark.append,
            "note": self._body.note.append,
            "title": self._title.append,
            "style": self._styles.name.append,
        }

    def take(self, token: Token) -> None:
        group = self._groups[-1]
        if token.kind == "open":
            inner = replace(group, ignorable=False, paragraph=replace(group.paragraph))
            self._groups.append(inner)
        elif token.kind == "close":
            self._close(group)
        elif token.kind == "text":
            self._add(token.text)
        elif token.text == "*":
            group.ignorable = True
        else:
            self._go(token.text, group)
            self._word(token, group)

    def _go(self, word: str, group: _Group) -> None:
        """Where the text of a group goes that begins with this word."""
        if (group.ignorable and word not in _SEEN) or word in _UNSEEN:
            group.place = "nowhere"
        elif word in _PLACES and group.place != "nowhere":
            group.place = _PLACES[word]
        group.ignorable = False

    def _word(self, token: Token, group: _Group) -> None:
        word = token.text
        if word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        elif word in {"v", "deleted", "plain"}:
            group.hidden = word != "plain" and token.number != 0
        elif group.place == "style":
            self._styles.take(word, token.number or 0)
        elif group.place == "note" and word == "par":
            self._add("\n")
        elif group.place == "body" and word in {"pard", "s", "outlinelevel", "ls", "ilvl", "intbl"}:
            self._format(word, token.number or 0, group)
        elif group.place == "body":
            self._body.word(word, group.paragraph)

    def _format(self, word: str, number: int, group: _Group) -> None:
        paragraph = group.paragraph
        if word == "pard":
            group.paragraph = _Paragraph()
        elif word == "s":
            paragraph.level = self._styles.levels.get(number, 0)
        elif word == "outlinelevel":
            paragraph.level = number + 1 if 0 <= number < _BODY_TEXT else 0
        elif word == "ls":
            paragraph.listed = number > 0
        elif word == "ilvl":
            paragraph.depth = min(max(number, 0), _BODY_TEXT)
        else:
            paragraph.in_table = True

    def _add(self, text: str) -> None:
        group = self._groups[-1]
        if not group.hidden and group.place in self._takers:
            self._takers[group.place](text)

    def _close(self, group: _Group) -> None:
        if len(self._groups) < 2:  # noqa: PLR2004 # The outermost stays.
            return
        self._groups.pop()
        if group.place == "style":
            self._styles.end()
        elif group.place == "note" and self._groups[-1].place != "note":
            self._body.end_note()

    def finished(self) -> ParsedDocument:
        self._body.finish()
        return self._body.draft.finish(paged=False, title="".join(self._title))


class _Styles:
    """Which styles make headings: by their outline level, or by their names."""

    def __init__(self) -> None:
        self.levels: dict[int, int] = {}
        self.name: list[str] = []
        self._number = 0

    def take(self, word: str, number: int) -> None:
        if word == "s":
            self._number = number
        elif word == "outlinelevel" and 0 <= number < _BODY_TEXT:
            self.levels[self._number] = number + 1

    def end(self) -> None:
        """A style's group ends with its name."""
        match = _HEADING.match("".join(self.name).strip())
        if match is not None:
            self.levels.setdefault(self._number, int(match[1] or 1))
        self.name.clear()
        self._number = 0


class _Body:
    """The document's blocks as they come."""

    def __init__(self) -> None:
        self.draft = Draft()
        self.text: list[str] = []
        self.mark: list[str] = []
        self.note: list[str] = []
        self._notes: list[str] = []
        self._items: list[str] = []
        self._cells: list[Cell] = []
        self._table: Table | None = None

    def word(self, word: str, paragraph: _Paragraph) -> None:
        """Take a word that ends something."""
        if word in {"par", "sect"}:
            self._end_paragraph(paragraph)
        elif word in {"cell", "nestcell"}:
            self.mark.clear()
            self._cells.append(Cell(_taken(self.text)))
        elif word in {"row", "nestrow"}:
            self._end_row()

    def end_note(self) -> None:
        """A footnote goes behind the paragraph that refers to it."""
        self._notes.append(_taken(self.note))

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        if paragraph.in_table:
            self.text.append("\n")
            return
        self._end_table()
        mark, text = _taken(self.mark).strip(), _taken(self.text).strip()
        if (mark or paragraph.listed) and text and not paragraph.level:
            numbered = len(mark) > 1 and any(map(str.isalnum, mark))
            self._items.append(f"{'  ' * paragraph.depth}{mark if numbered else '-'} {text}")
        else:
            self._end_list()
            level = paragraph.level
            self.draft.add("heading" if level else "paragraph", text, level=level)
        self._add_notes()

    def _add_notes(self) -> None:
        if self._notes:
            self._end_list()
        for note in self._notes:
            self.draft.add("paragraph", note)
        self._notes.clear()

    def _end_list(self) -> None:
        self.draft.add("list", "\n".join(self._items))
        self._items.clear()

    def _end_row(self) -> None:
        self._end_list()
        self._table = self._table or Table()
        self._table.add(self._cells)
        self._cells.clear()

    def _end_table(self) -> None:
        if self._table is not None:
            self.draft.add("table", self._table.lines(header=True))
            self._table = None
            self._add_notes()

    def finish(self) -> None:
        """The file ends, perhaps in the middle of a row or a paragraph."""
        if self._cells:
            self._end_row()
        self._end_table()
        self._end_paragraph(_Paragraph())
        self._end_list()


def _taken(parts: list[str]) -> str:
    """Parts joined; none are left."""
    text = "".join(parts)
    parts.clear()
    return text
