"""Server-sent events from bytes, however they are split; no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation.
Lines end at CR, LF or CRLF only: JSON may hold U+2028, which `str.splitlines` would cut.
"""

import re
from dataclasses import dataclass

LONGEST_LINE = 1 << 20
"""Bytes; no provider's chunk comes near it."""

_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class LineTooLong(ValueError):
    """A line, or the data of one event, is beyond the limit."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event; `data` joins its data lines by LF."""

    data: bytes
    event: str = "message"


class SseDecoder:
    """Feed bytes, get events. Memory stays within twice the longest line."""

    def __init__(self, *, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._searched = 0
        self._first = True
        self._data: list[bytes] = []
        self._size = 0
        self._event = ""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take some bytes and give the events they complete.

        Raises:
            LineTooLong: The stream is no event stream that anybody would send.
        """
        self._buffer += chunk
        events: list[ServerEvent] = []
        start = 0
        for match in _END.finditer(self._buffer, self._searched):
            if match.group() == b"\r" and match.end() == len(self._buffer):
                break  # An LF may follow.
            line = bytes(self._buffer[start : match.start()])
            start = match.end()
            if (event := self._take(line)) is not None:
                events.append(event)
        del self._buffer[:start]
        self._searched = max(len(self._buffer) - 1, 0)
        if len(self._buffer) > self._longest:
            raise LineTooLong("a line of the event stream is too long")
        return events

    def _take(self, line: bytes) -> ServerEvent | None:
        if self._first:
            line, self._first = line.removeprefix(_BOM), False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > self._longest:
                raise LineTooLong("an event of the stream is too long")
        elif field == b"event":
            self._event = value.decode(errors="replace")
        return None

    def _dispatch(self) -> ServerEvent | None:
        data, event = self._data, self._event
        self._data, self._event, self._size = [], "", 0
        return ServerEvent(b"\n".join(data), event or "message") if data else None
