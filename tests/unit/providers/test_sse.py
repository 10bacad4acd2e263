from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.sse import LineTooLong, ServerEvent, SseDecoder

STREAM = (
    '\ufeff: hello\r\ndata: {"a":"\u2028é"}\r\n\r\nevent: error\ndata:x\ndata: y\rid: 3\n\n'
    "data\n\nretry: 5\n\ndata: 終わり\r\r"
).encode()
EVENTS = [
    ServerEvent('{"a":"\u2028é"}'.encode()),
    ServerEvent(b"x\ny", "error"),
    ServerEvent(b""),
]


def _feed_all(decoder: SseDecoder, chunks: list[bytes]) -> None:
    for chunk in chunks:
        decoder.feed(chunk)


@given(st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_events_do_not_depend_on_where_the_bytes_were_split(cuts: list[int]):
    decoder = SseDecoder()
    edges = [0, *cuts, len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(edges)]
    events = [event for piece in pieces for event in decoder.feed(piece)]
    events += decoder.feed(b"\n")
    assert events == [*EVENTS, ServerEvent("終わり".encode())]


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(junk: bytes):
    decoder = SseDecoder()
    for byte in junk:
        decoder.feed(bytes([byte]))


def test_an_endless_line_is_refused_while_little_is_kept():
    decoder = SseDecoder(longest=1000)
    with pytest.raises(LineTooLong):
        _feed_all(decoder, [b"x" * 100] * 100)


def test_an_event_of_endless_lines_is_refused():
    decoder = SseDecoder(longest=1000)
    with pytest.raises(LineTooLong):
        _feed_all(decoder, [b"data: " + b"x" * 100 + b"\n"] * 100)


def test_an_event_that_was_not_ended_does_not_count():
    assert SseDecoder().feed(b"data: x\n") == []
