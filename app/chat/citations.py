r"""Citations in streamed text: `[n]` leaves only where n is a source that was sent.

Models write citations in many ways: `[1, 2]`, `[1-3]`, `[[1]]`, `【1†source】`, `[^1]`, `\[1\]`.
All leave as `[1][2]`; numbers of no source leave not at all. Other brackets, links and code stay
as they are. The output does not depend on where the deltas are cut.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

OPENERS = "[【［"
CLOSERS = "]】］"
_BRACKETS = re.escape(OPENERS + CLOSERS)
# Possessive: what is held grows by one character at a time and must not be tried in many ways.
_INSIDE = re.compile(rf"(?:[\d,;،、 \t&\\^–—‑\-{_BRACKETS}]|†[^{re.escape(CLOSERS)}]*+)*+")
_NOTE = re.compile(rf"†[^{re.escape(CLOSERS)}]*")
_RANGE_SPACES = re.compile(r"(?<=\d)[ \t]*([–—‑-])[ \t]*(?=\^?\d)")
_BREAKS = re.compile(rf"[,;،、 \t&\\{_BRACKETS}]+")
_ITEM = re.compile(r"\^?(\d+)(?:[–—‑-]\^?(\d+))?")
_BLOCK_START = re.compile(r"[\s>]*(?:[-*+]\s+|\d{1,9}[.)]\s+)?")

HELD_AT_MOST = 256
FENCE_TICKS = 3

State = Literal["text", "group", "ticks", "fence"]


@dataclass(frozen=True, slots=True)
class Marker:
    """A citation in the text given out.

    Attributes:
        offset: Where its `[` stands.
        index: The source's number.
    """

    offset: int
    index: int


class CitationParser:
    """Reads deltas, gives out the text that is safe to show.

    Args:
        known: The numbers of the sources that were sent.

    Attributes:
        markers: The citations in the text given out so far.
    """

    def __init__(self, known: Collection[int]) -> None:
        self.markers: list[Marker] = []
        self._known = sorted(set(known))
        self._state: State = "text"
        self._held = ""
        self._spaces = ""
        self._line = ""
        self._fence = ""
        self._out: list[str] = []
        self._length = 0

    def feed(self, delta: str) -> str:
        """Take some more text; give what is settled now."""
        self._read(delta)
        return self._given()

    def flush(self) -> str:
        """Give what was held back, at the end of the text."""
        while self._held:
            if self._state == "ticks" and _is_closed(self._held):
                self._release(self._held)
            else:
                self._read(self._plain())
        self._emit("")
        return self._given()

    def _given(self) -> str:
        given = "".join(self._out)
        self._out.clear()
        return given

    def _read(self, text: str) -> None:
        # What was held and turns out to be plain is read again: a stack of characters.
        waiting = list(reversed(text))
        while waiting:
            waiting.extend(reversed(self._step(waiting.pop())))

    def _step(self, char: str) -> str:
        match self._state:
            case "text":
                return self._in_text(char)
            case "group":
                return self._in_group(char)
            case "ticks":
                return self._in_ticks(char)
            case "fence":
                return self._in_fence(char)

    def _in_text(self, char: str) -> str:
        if char in OPENERS or char == "\\":
            self._state, self._held = "group", char
        elif char == "`" or (char == "~" and self._at_block_start()):
            self._state, self._held = "ticks", char
        elif char == " " and len(self._spaces) < HELD_AT_MOST:
            # Held for one reason: it goes with a citation that goes.
            self._spaces += char
        else:
            self._emit(char)
        return ""

    def _in_group(self, char: str) -> str:
        if self._held == "\\" and char not in OPENERS:
            self._release(self._held + char)
            return ""
        held = self._held + char
        if not _INSIDE.fullmatch(held):
            return self._plain() + char
        self._held = held
        if _depth(held) == 0:
            return self._cite(_numbers(held, self._known))
        if len(held) >= HELD_AT_MOST:
            return self._cite(_numbers(held, self._known) or [])
        return ""

    def _cite(self, indices: list[int] | None) -> str:
        if indices is None:
            return self._plain()
        self._held, self._state = "", "text"
        if not indices:
            self._spaces = ""
        for index in indices:
            self._emit("")
            self.markers.append(Marker(self._length, index))
            self._emit(f"[{index}]")
        return ""

    def _in_ticks(self, char: str) -> str:
        if char != self._held[0] and _is_closed(self._held):
            self._release(self._held)
            return char
        self._held += char
        if char == "\n":
            opener = _opener(self._held)
            if len(opener) >= FENCE_TICKS and self._at_block_start():
                self._release(self._held)
                self._state, self._fence = "fence", opener
                return ""
            return self._plain()
        is_tilde_text = self._held[0] == "~" and char != "~" and _opener(self._held) in {"~", "~~"}
        return self._plain() if is_tilde_text or len(self._held) >= HELD_AT_MOST else ""

    def _in_fence(self, char: str) -> str:
        if char == "\n":
            line = self._line.strip(" \t>\r")
            if len(line) >= len(self._fence) and set(line) == {self._fence[0]}:
                self._state = "text"
        self._emit(char)
        return ""

    def _plain(self) -> str:
        """Let what opened the held text out; give the rest to be read again."""
        held = self._held
        opener = _opener(held) if self._state == "ticks" else held[0]
        self._release(opener)
        return held[len(opener) :]

    def _release(self, text: str) -> None:
        self._held, self._state = "", "text"
        self._emit(text)

    def _emit(self, text: str) -> None:
        text = self._spaces + text
        self._spaces = ""
        if not text:
            return
        self._out.append(text)
        self._length += len(text)
        self._line = (self._line + text).rsplit("\n", 1)[-1][:HELD_AT_MOST]

    def _at_block_start(self) -> bool:
        return _BLOCK_START.fullmatch(self._line + self._spaces) is not None


def _opener(held: str) -> str:
    return held[: len(held) - len(held.lstrip(held[0]))]


def _is_closed(held: str) -> bool:
    """Whether inline code is whole: as many backticks at its end as at its start."""
    opener = _opener(held)
    inside = held[len(opener) :]
    closing = inside[len(inside.rstrip("`")) :]
    return held[0] == "`" and len(closing) == len(opener) and inside != closing


def _depth(held: str) -> int:
    return sum(char in OPENERS for char in held) - sum(char in CLOSERS for char in held)


def _numbers(held: str, known: list[int]) -> list[int] | None:
    """The known numbers of a group, in its order; None where it is no group of citations."""
    text = _RANGE_SPACES.sub(r"\1", _NOTE.sub("", held))
    items = [item for item in _BREAKS.split(text) if item]
    indices: list[int] = []
    for item in items:
        if (found := _ITEM.fullmatch(item)) is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        indices += [number for number in known if first <= number <= last]
    return list(dict.fromkeys(indices)) if items else None
