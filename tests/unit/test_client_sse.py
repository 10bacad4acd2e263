"""The Python client cuts a stream into the same events, however it arrives."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.client.sse import EventParser, ServerEvent

STREAM = (
    '\ufeff: hello\n\nevent: meta\nid: 1\ndata: {"a": "é\u2028\u0085"}\n\n'
    "id: 2\rdata: one\rdata: two\r\r"
    "data\r\ndata:  x\r\nunknown: y\r\n\r\n"
    "id\ndata: none\n\nevent: lost\n\nid: 9\0\ndata: 🌒\n\ndata: cut off"
).encode()
EVENTS = [
    ServerEvent("meta", '{"a": "é\u2028\u0085"}', "1"),
    ServerEvent("message", "one\ntwo", "2"),
    ServerEvent("message", "\n x", "2"),
    ServerEvent("message", "none", ""),
    ServerEvent("message", "🌒", ""),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    parser, found = EventParser(), list[ServerEvent]()
    places = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(places):
        found += parser.feed(STREAM[start:end])
    assert found == EVENTS


def test_one_byte_at_a_time() -> None:
    parser = EventParser()
    found = [event for byte in STREAM for event in parser.feed(bytes([byte]))]
    assert found == EVENTS
    assert json.loads(found[0].data) == {"a": "é\u2028\u0085"}


def test_bytes_that_are_no_text_break_nothing() -> None:
    assert EventParser().feed(b"data: \xff\xfe\n\n") == [ServerEvent("message", "\ufffd\ufffd", "")]
