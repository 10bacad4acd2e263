"""Server-sent events: the framing, whatever is framed.

Lines end in LF alone. JSON keeps line breaks inside strings escaped; the other characters that some
readers take for line ends (U+0085, U+2028, U+2029) are escaped here, so that no reader can cut an
event in two.
"""

from typing import Any

import msgspec

HEARTBEAT = b": keep-alive\n"
"""Without an empty line, which some readers take for an event once they have seen an id."""
MEDIA_TYPE = "text/event-stream"
STREAM_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
"""Of every stream: nothing between here and the reader may keep, change or gather it."""

_ENCODER = msgspec.json.Encoder()
_LINE_ENDS = {"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_LINE_END_BYTES = tuple((end.encode(), escape.encode()) for end, escape in _LINE_ENDS.items())


def json(value: Any) -> bytes:  # noqa: ANN401 - whatever msgspec encodes
    """Encode as JSON on one line for every reader's idea of a line."""
    encoded = _ENCODER.encode(value)
    for end, escape in _LINE_END_BYTES:
        encoded = encoded.replace(end, escape)
    return encoded


def frame(data: bytes, *, event: str | None = None, number: int | str | None = None) -> bytes:
    """One event.

    Args:
        data: On one line, as `json` gives it.
        event: Its name; None for the default `message`.
        number: Its id.
    """
    lines: list[bytes] = []
    if event is not None:
        lines.append(b"event: " + event.encode())
    if number is not None:
        lines.append(f"id: {number}".encode())
    lines.append(b"data: " + data)
    return b"\n".join(lines) + b"\n\n"
