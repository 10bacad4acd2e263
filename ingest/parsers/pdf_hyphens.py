"""Words that a line's end divides: joined, or left with the hyphen that they always have."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.parsers.printed import DIVISION, Line

_JOINS = re.compile(f"(?<=[^\\W\\d_]){DIVISION}(?=[^\\W\\d_])")
_EDGES = re.compile(r"^\W+|\W+$")
_OPEN_END = re.compile(r"[^\W\d_]{2}[-\u2010]$")
_GOES_ON = re.compile(r"[^\W\d_]{2}")


def joined(pages: Iterable[Sequence[Line]]) -> list[list[Line]]:
    """The same lines with every division settled.

    A hyphen stays where the document writes the word with one elsewhere and never without
    (`long-term`), before a capital, and between what are no letters; else it goes.
    """
    whole = [list(lines) for lines in pages]
    if not any(DIVISION in line.text for lines in whole for line in lines):
        return whole
    text = "\n".join(line.text for lines in whole for line in lines).casefold()
    return [[_settled(line, text) for line in lines] for lines in whole]


def _settled(line: Line, text: str) -> Line:
    if DIVISION not in line.text:
        return line
    words = [_settled_word(word, text) for word in line.text.split(" ")]
    return replace(line, text=" ".join(words))


def _settled_word(word: str, text: str) -> str:
    before, mark, after = word.partition(DIVISION)
    if not mark:
        return word
    hyphened = word.replace(DIVISION, "-")
    plain = _JOINS.sub("", word).replace(DIVISION, "-")
    if after[:1].isupper() and not before[-2:].isupper():
        return hyphened
    return hyphened if _known(hyphened, text) and not _known(plain, text) else plain


def _known(word: str, text: str) -> bool:
    """Whether the document has the word, in any case and beside any signs."""
    bare = _EDGES.sub("", word).casefold()
    return bare in text and re.search(rf"\b{re.escape(bare)}\b", text) is not None


def goes_on(above: Line, below: Line) -> bool:
    """Whether one line ends, and the next begins, as with a word that is divided."""
    return bool(_OPEN_END.search(above.text) and _GOES_ON.match(below.text))


def marked(lines: Sequence[Line]) -> list[Line]:
    """Lines of a reader that leaves words divided: each joined with the word that it goes on in.

    The hyphen becomes `DIVISION`, for `joined` to settle.
    """
    found: list[Line] = []
    for line in lines:
        above = found[-1] if found else None
        first, _, rest = line.text.partition(" ")
        if above is None or not goes_on(above, line):
            found.append(line)
            continue
        text = above.text[:-1] + DIVISION + first
        if above.words and line.words:
            words = [*above.words[:-1], [*above.words[-1], *line.words[0]]]
        else:
            words = []
        found[-1] = replace(above, text=text, words=words)
        if rest:
            found.append(replace(line, text=rest, words=line.words[1:]))
    return found
