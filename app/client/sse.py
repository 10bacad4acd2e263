"""Server-sent events out of bytes, whatever the pieces they arrive in.

Lines end as the HTML standard says (section 9.2.6: CR, LF or both) and nowhere else: JSON may hold
U+2028, at which other splitters cut.
"""

import codecs
import re
from dataclasses import dataclass

# A CR at the very end may be half of a CRLF: it waits for what follows.
_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event.

    Attributes:
        name: `message` where the server gave none.
        id: The last id that was sent up to here; empty where there was none.
    """

    name: str
    data: str
    id: str


class EventParser:
    """Takes bytes and gives events; holds what is not whole yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""
        self._name = ""
        self._data: list[str] = []
        self._id = ""

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """The events that became whole with this piece."""
        *lines, self._rest = _LINE_END.split(self._rest + self._decoder.decode(piece))
        found = (self._line(line) for line in lines)
        return [event for event in found if event is not None]

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return ServerEvent(name, "\n".join(data), self._id) if data else None
