"""The native dialect, byte by byte, and through readers that did not come from this house."""

import itertools
import json
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from app.chat import record
from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    Finished,
    PassagesFound,
    Source,
    Stage,
    Started,
    Text,
)
from app.wire import lumen
from app.wire.sse import HEARTBEAT

A, B, C, D = (UUID(int=n) for n in (1, 2, 3, 4))
SOURCE = Source(1, C, D, "Report.pdf", 2, 7, 10, 90, "Net sales", 0.5)
CITATION = Citation(1, C, D, "Report.pdf", None, 10, 19, "Net sales", "exact", "https://x.org/")
EVENTS: list[AnswerEvent] = [
    Started(A, B, "slug/model", "docs"),
    Stage("searching"),
    Stage("rewriting", "sales in 2023"),
    PassagesFound((SOURCE,)),
    PassagesFound(()),
    Text('a "b"\nü😀\u2028c\u0085\r\n'),
    Finished(B, 3, 4, "stop", (CITATION,)),
    Failed("LLM_API_ERROR", "401 Unauthorized", retryable=False),
]
IDS = {n: f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 4)}
GOLDEN = [
    (
        f'event: meta\nid: 1\ndata: {{"conversationId":"{IDS[1]}","messageId":"{IDS[2]}",'
        '"model":"slug/model","mode":"docs"}\n\n'
    ),
    'event: status\nid: 2\ndata: {"stage":"searching"}\n\n',
    'event: status\nid: 3\ndata: {"stage":"rewriting","detail":"sales in 2023"}\n\n',
    (
        f'event: sources\nid: 4\ndata: {{"chunks":[{{"id":"{IDS[3]}","index":1,'
        f'"documentId":"{IDS[4]}",'
        '"documentName":"Report.pdf","pageNumber":7,"snippet":"Net sales","score":0.5}]}\n\n'
    ),
    'event: sources\nid: 5\ndata: {"chunks":[]}\n\n',
    'event: text\nid: 6\ndata: {"delta":"a \\"b\\"\\nü😀\\u2028c\\u0085\\r\\n"}\n\n',
    (
        f'event: done\nid: 7\ndata: {{"messageId":"{IDS[2]}","totalTokens":7,"promptTokens":3,'
        '"completionTokens":4,"finishReason":"stop","citations":[{"index":1,'
        f'"chunkId":"{IDS[3]}","documentId":"{IDS[4]}",'
        '"documentName":"Report.pdf","pageNumber":null,'
        '"start":10,"end":19,"quote":"Net sales","support":"exact","url":"https://x.org/"}]}\n\n'
    ),
    (
        'event: error\nid: 8\ndata: {"type":"error","message":"LLM_API_ERROR",'
        '"detail":"401 Unauthorized","retryable":false}\n\n'
    ),
]


@pytest.mark.parametrize(("number", "event"), list(enumerate(EVENTS, 1)))
def test_each_event_is_these_bytes(number: int, event: AnswerEvent):
    assert lumen.encode(number, event) == GOLDEN[number - 1].encode()


def test_the_last_word_to_a_reader_who_lost_access_has_no_number():
    farewell = Failed("CANCELLED", "Your access has ended.", retryable=False)
    assert lumen.encode(None, farewell) == (
        b'event: error\ndata: {"type":"error","message":"CANCELLED",'
        b'"detail":"Your access has ended.","retryable":false}\n\n'
    )


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_from_the_log_is_the_same_event(event: AnswerEvent):
    kind, data = record.write(event)

    assert record.read(kind, data) == event
    assert record.write(record.read(kind, data)) == (kind, data)


STREAM = HEARTBEAT + b"".join(lumen.encode(n, e) for n, e in enumerate(EVENTS, 1))


def cut(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(cuts), len(stream)]
    yield from (stream[a:b] for a, b in itertools.pairwise(edges))


def as_browser(chunks: Iterator[bytes]) -> list[tuple[str, str, str]]:
    """The WHATWG algorithm, for streams with LF: what EventSource and fetch readers do."""
    text = b"".join(chunks).decode()
    events: list[tuple[str, str, str]] = []
    name, data, last_id = "message", [], ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((name, last_id, "\n".join(data)))
            name, data = "message", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            last_id = value
    return events


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_readers_see_the_same_events_wherever_packets_are_cut(cuts: list[int]):
    response = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=cut(STREAM, cuts)
    )
    theirs = [(e.event, e.id, e.data) for e in EventSource(response).iter_sse()]

    assert theirs == as_browser(cut(STREAM, cuts))
    assert [int(number) for _, number, _ in theirs] == list(range(1, len(EVENTS) + 1))
    assert json.loads(theirs[5][2])["delta"] == 'a "b"\nü😀\u2028c\u0085\r\n'


@given(st.text(min_size=1))
def test_no_text_can_break_out_of_its_event(text: str):
    encoded = lumen.encode(1, Text(text))

    assert len(encoded.decode().splitlines()) == 4
    assert json.loads(encoded.decode().splitlines()[2].removeprefix("data: "))["delta"] == text
