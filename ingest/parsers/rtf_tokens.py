"""Rich text as tokens: groups, control words, and text in Unicode whatever its code pages."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["open", "close", "word", "text"]

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z'])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<plain>[^\\{}\r\n]+)"
    rb"|[\r\n]+|\\",
    re.DOTALL,
)
_SYMBOLS = {
    b"~": "\u00a0", b"_": "\u2011", b"-": "", b"\\": "\\", b"{": "{", b"}": "}",
    b"\n": "\n", b"\r": "\n",
}  # fmt: skip
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030",
    136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
"""Code pages of a font's character set, from the format's specification."""
_PAGES = {10000: "mac_roman", 65001: "utf-8", 936: "gb18030"}
_DEFAULT = "cp1252"
_MAX_DEPTH = 500
"""Groups within groups; what is deeper is left out."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of rich text.

    Attributes:
        kind: What it is; `open` and `close` are the braces around a group.
        text: A control word's name, `*` for what may be ignored, or text.
        number: The control word's parameter.
    """

    kind: TokenKind
    text: str = ""
    number: int | None = None


@dataclass(slots=True)
class _Scope:
    r"""What holds within a group: the font's code page, and bytes that stand for one `\u`."""

    codec: str | None = None
    stand_ins: int = 1


def tokens(data: bytes) -> Iterator[Token]:
    """Divide rich text; text comes in Unicode, with stand-ins for it left out."""
    yield from _Reading(data).tokens()


class _Reading:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._scopes = [_Scope()]
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._document = _DEFAULT
        self._waiting = bytearray()
        self._high = 0
        self._skip = 0
        self._too_deep = 0

    def tokens(self) -> Iterator[Token]:
        place = 0
        while match := _TOKEN.match(self._data, place):
            place = match.end()
            if match["hex"] is not None:
                self._bytes(bytes.fromhex(match["hex"].decode()))
            elif match["plain"] is not None:
                self._bytes(match["plain"])
            elif self._skip and match["symbol"] not in {None, b"*"}:
                self._skip -= 1
            else:
                yield from self._text()
                yield from self._control(match)
                if match["word"] == b"bin":
                    place += max(0, int(match["number"] or 0))
        yield from self._text()

    def _control(self, match: re.Match[bytes]) -> Iterator[Token]:
        if match["brace"] is not None:
            yield from self._brace(match["brace"])
        elif match["symbol"] == b"*":
            yield Token("word", "*")
        elif match["symbol"] is not None:
            yield Token("text", _SYMBOLS.get(match["symbol"], ""))
        elif match["word"] is not None:
            number = None if match["number"] is None else int(match["number"])
            if match["word"] == b"u":
                yield from self._unicode(number or 0)
            else:
                word = match["word"].decode()
                self._note(word, number)
                yield Token("word", word, number)

    def _bytes(self, content: bytes) -> None:
        """Keep bytes until their text is needed: characters may be two bytes long."""
        skipped = min(self._skip, len(content))
        self._skip -= skipped
        self._waiting += content[skipped:]

    def _text(self) -> Iterator[Token]:
        if self._waiting:
            codec = self._scopes[-1].codec or self._document
            text = self._waiting.decode(codec, "replace")
            self._waiting.clear()
            yield Token("text", text)

    def _brace(self, brace: bytes) -> Iterator[Token]:
        self._skip = 0
        if brace == b"{":
            if len(self._scopes) > _MAX_DEPTH:
                self._too_deep += 1
                return
            scope = self._scopes[-1]
            self._scopes.append(_Scope(scope.codec, scope.stand_ins))
            yield Token("open")
        elif self._too_deep:
            self._too_deep -= 1
        elif len(self._scopes) > 1:
            self._scopes.pop()
            yield Token("close")

    def _unicode(self, number: int) -> Iterator[Token]:
        """A character by its number; those beyond 16 bits come as two."""
        self._skip = self._scopes[-1].stand_ins
        unit = number % 0x10000
        if 0xD800 <= unit < 0xDC00:  # noqa: PLR2004 # The first of a pair.
            self._high = unit
            return
        if 0xDC00 <= unit < 0xE000:  # noqa: PLR2004 # The second.
            high, self._high = self._high, 0
            if high:
                yield Token("text", chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00))
            return
        yield Token("text", chr(unit))

    def _note(self, word: str, number: int | None) -> None:
        """Take in what changes how bytes are read."""
        scope = self._scopes[-1]
        match word:
            case "ansicpg":
                self._document = _codec(number or 0)
            case "mac" | "pc":
                self._document = {"mac": "mac_roman", "pc": "cp437"}[word]
            case "f":
                self._font = number or 0
                scope.codec = self._fonts.get(self._font)
            case "fcharset" if number in _CHARSETS and number not in {0, 1}:
                self._fonts[self._font] = _CHARSETS[number]
            case "plain":
                scope.codec = None
            case "uc":
                scope.stand_ins = min(max(number or 0, 0), 100)
            case _:
                pass


def _codec(page: int) -> str:
    name = _PAGES.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return _DEFAULT
    return name
