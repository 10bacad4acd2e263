"""The dialects for customers, byte by byte and through readers that others wrote."""

import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
import requests
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

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
from app.wire.delta import Delta
from app.wire.lumika import Lumika, place
from app.wire.ndjson import Ndjson
from app.wire.piece import HANDED_OVER, Piece, behind

A, B, C, D = (UUID(int=n) for n in (1, 2, 3, 4))
IDS = {n: f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 4)}
BEGAN = datetime(2026, 2, 9, 20, 5, 13, 21_999, tzinfo=UTC)
SOURCE = Source(1, C, D, "Report.pdf", 2, 7, 10, 90, "Net sales", 0.5)
CITATION = Citation(1, C, D, "Report.pdf", None, 10, 19, "Net sales", "exact")
ODD = 'a "b"\nü😀\u2028c\u0085\r\n'
WHOLE: list[AnswerEvent] = [
    Started(A, B, "slug/model", "docs"),
    Stage("searching"),
    PassagesFound((SOURCE,)),
    Text(ODD),
    Stage("writing", "waiting"),
    Text(" end [1]"),
    Finished(B, 3, 4, "stop", (CITATION,)),
]
BROKEN = [*WHOLE[:4], Failed("LLM_API_ERROR", "401 Unauthorized sk-1", retryable=True)]
ESCAPED = r"a \"b\"\nü😀\u2028c\u0085\r\n"

Feeds = Callable[[], Callable[[Sequence[AnswerEvent]], list[Piece]]]


def lumika(events: Sequence[AnswerEvent]) -> list[Piece]:
    codec = Lumika(B, "customer-42", BEGAN)
    return [piece for at, event in enumerate(events, 1) for piece in codec.feed(at, event)]


def ndjson(events: Sequence[AnswerEvent]) -> list[Piece]:
    codec = Ndjson(A)
    return [piece for at, event in enumerate(events, 1) for piece in codec.feed(at, event)]


def delta(events: Sequence[AnswerEvent]) -> list[Piece]:
    codec = Delta()
    fed = [piece for at, event in enumerate(events, 1) for piece in codec.feed(at, event)]
    return [*fed, *codec.close()]


def whole(pieces: Sequence[Piece]) -> str:
    return behind(pieces, 0).decode()


CITED = (
    f'{{"index":1,"chunkId":"{IDS[3]}","documentId":"{IDS[4]}","documentName":"Report.pdf",'
    '"pageNumber":null,"start":10,"end":19,"quote":"Net sales","support":"exact"}'
)


def test_query_string_sse_is_these_bytes() -> None:
    head = (
        f'id: {IDS[2]}.1\ndata: {{"type":"start","conversationId":"customer-42",'
        f'"messageId":"{IDS[2]}"}}\n\n'
        f'id: {IDS[2]}.4\ndata: {{"type":"partial","delta":"{ESCAPED}"}}\n\n'
    )
    assert whole(lumika(WHOLE)) == (
        head + f'id: {IDS[2]}.6\ndata: {{"type":"partial","delta":" end [1]"}}\n\n'
        f'id: {IDS[2]}.7\ndata: {{"type":"final","id":"{IDS[2]}","actor":"assistant",'
        f'"body":"{ESCAPED} end [1]","createdAt":"2026-02-09T20:05:13.021Z",'
        f'"conversationId":"customer-42","citations":[{CITED}]}}\n\n'
    )
    assert whole(lumika(BROKEN)) == (
        head + f'id: {IDS[2]}.5\ndata: {{"type":"error","message":'
        '"The answer could not be written. Please ask again in a moment."}\n\n'
    )


def test_lines_are_these_bytes() -> None:
    head = (
        f'{{"type":"start","conversationId":"{IDS[1]}"}}\n{{"type":"token","token":"{ESCAPED}"}}\n'
    )
    assert whole(ndjson(WHOLE)) == (
        head + '{"type":"token","token":" end [1]"}\n'
        f'{{"type":"done","message":"{ESCAPED} end [1]","conversationId":"{IDS[1]}"}}\n'
    )
    assert whole(ndjson(BROKEN)) == (
        head + '{"type":"error","error":'
        '"The answer could not be written. Please ask again in a moment."}\n'
    )


def test_deltas_are_these_bytes() -> None:
    head = f'id: 1\ndata: {{"type":"delta","text":"{ESCAPED}"}}\n\n'
    assert whole(delta(WHOLE)) == (
        head + 'id: 2\ndata: {"type":"delta","text":" end [1]"}\n\nid: 3\ndata: [DONE]\n\n'
    )
    assert whole(delta(BROKEN)) == (
        head + 'id: 2\ndata: {"type":"error","message":'
        '"The answer could not be written. Please ask again in a moment."}\n\n'
        "id: 3\ndata: [DONE]\n\n"
    )


def test_a_refusal_is_one_delta() -> None:
    refusal = [WHOLE[0], PassagesFound(()), Text("I found "), Text("nothing."), WHOLE[-1]]
    assert whole(delta(refusal)) == (
        'id: 1\ndata: {"type":"delta","text":"I found nothing."}\n\nid: 2\ndata: [DONE]\n\n'
    )


def test_a_change_of_status_comes_ahead_of_done() -> None:
    assert [piece.data for piece in Delta().close("escalated")] == [
        b'id: 1\ndata: {"type":"status","status":"escalated"}\n\n',
        b"id: 2\ndata: [DONE]\n\n",
    ]


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_deltas_that_are_broken_off_leave_no_gap(sent: int) -> None:
    codec = Delta()
    for at, event in enumerate(WHOLE, 1):
        codec.feed(at, event)
    codec.sent = sent
    assert codec.broken_off("Gone.").decode() == (
        f'id: {sent + 1}\ndata: {{"type":"error","message":"Gone."}}\n\n'
        f"id: {sent + 2}\ndata: [DONE]\n\n"
    )


def test_streams_that_are_broken_off_end_in_these_bytes() -> None:
    # Under no number: an `EventSource` comes back behind the last event of the answer.
    assert Lumika(B, "k", BEGAN).broken_off("Gone.") == (
        b'data: {"type":"error","message":"Gone."}\n\n'
    )
    assert Ndjson(A).broken_off("Gone.") == b'{"type":"error","error":"Gone."}\n'


def test_where_people_answer_these_are_the_bytes() -> None:
    notice = uuid5(B, "notice")
    assert Lumika(B, "k", BEGAN).handed_over().decode() == (
        f'id: {IDS[2]}.1\ndata: {{"type":"start","conversationId":"k","messageId":"{IDS[2]}"}}\n\n'
        f'id: {IDS[2]}.2\ndata: {{"type":"final","id":"{notice}","actor":"assistant",'
        f'"body":"{HANDED_OVER}","createdAt":"2026-02-09T20:05:13.021Z","conversationId":"k",'
        '"citations":[]}\n\n'
    )
    assert Ndjson(A).handed_over().decode() == (
        f'{{"type":"start","conversationId":"{IDS[1]}"}}\n'
        f'{{"type":"done","message":"{HANDED_OVER}","conversationId":"{IDS[1]}"}}\n'
    )


def test_where_people_answer_each_dialect_says_so() -> None:
    start, final = Lumika(B, "k", BEGAN).handed_over().decode().split("\n\n")[:2]
    assert f"id: {IDS[2]}.1\n" in start
    assert HANDED_OVER in final
    assert f'"id":"{IDS[2]}"' not in final
    lines = [json.loads(line) for line in Ndjson(A).handed_over().splitlines()]
    assert [line["type"] for line in lines] == ["start", "done"]
    assert lines[1]["message"] == HANDED_OVER


def test_an_event_id_names_its_answer_and_place() -> None:
    assert place(f"{IDS[2]}.7") == (B, 7)
    for garbage in ("", "7", ".", f"{IDS[2]}", f"{IDS[2]}.", f"{IDS[2]}.x", f"{IDS[2]}.-1",
                    f"{IDS[2]}.{10**9}", "x.1", f"{IDS[2]}.²", f"{IDS[2]}.1.2"):  # fmt: skip
        assert place(garbage) is None


TEXTS = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=6)


def answer(texts: Sequence[str]) -> list[AnswerEvent]:
    return [*WHOLE[:3], *map(Text, texts), Finished(B, 1, 1, "stop", ())]


def cut_up(raw: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    return (raw[start:end] for start, end in itertools.pairwise(edges))


def by_httpx_sse(raw: bytes, cuts: Sequence[int]) -> list[Any]:
    headers = {"content-type": "text/event-stream"}
    response = httpx.Response(200, headers=headers, content=cut_up(raw, cuts))
    return list(EventSource(response).iter_sse())


def by_requests(raw: bytes, cuts: Sequence[int], *, decoded: bool) -> list[Any]:
    class Raw(io.RawIOBase):
        parts = cut_up(raw, cuts)

        def stream(self, *_: object, **__: object) -> Iterator[bytes]:
            return iter(self.parts)

    response = requests.Response()
    response.status_code = 200
    response.raw = Raw()
    response.encoding = "utf-8"
    return [json.loads(line) for line in response.iter_lines(decode_unicode=decoded)]


@given(texts=TEXTS, cuts=st.lists(st.integers(0, 5_000), max_size=12))
def test_any_split_reads_the_same_in_httpx_sse(texts: list[str], cuts: list[int]) -> None:
    for encode in (lumika, delta):
        pieces = encode(answer(texts))
        raw = behind(pieces, 0)
        # Silence is kept alive between events, wherever.
        padded = Lumika.heartbeat.join(piece.data for piece in pieces)
        read, kept = by_httpx_sse(raw, cuts), by_httpx_sse(padded, cuts)
        assert [(each.id, each.data) for each in read] == [(each.id, each.data) for each in kept]
        said = [json.loads(each.data) for each in read if each.data != "[DONE]"]
        texts_read = [each["delta" if encode is lumika else "text"] for each in said if
                      each["type"] in {"partial", "delta"}]  # fmt: skip
        assert texts_read == texts
    assert read[-1].data == "[DONE]"
    assert [each.id for each in read] == [str(n) for n in range(1, len(read) + 1)]


@given(texts=TEXTS, cuts=st.lists(st.integers(0, 5_000), max_size=12), decoded=st.booleans())
def test_any_split_reads_the_same_in_requests(
    texts: list[str], cuts: list[int], decoded: bool
) -> None:
    pieces = ndjson(answer(texts))
    kept_alive = Ndjson.heartbeat.join(piece.data for piece in pieces)
    for raw in (behind(pieces, 0), kept_alive):
        lines = by_requests(raw, cuts, decoded=decoded)
        assert [line["token"] for line in lines[1:-1]] == texts
        assert lines[-1] == {
            "type": "done", "message": "".join(texts), "conversationId": IDS[1],
        }  # fmt: skip


@given(texts=TEXTS, after=st.integers(0, 12))
def test_what_lies_behind_a_number_is_the_rest_of_the_bytes(texts: list[str], after: int) -> None:
    for encode in (lumika, delta, ndjson):
        pieces = encode(answer(texts))
        before = b"".join(piece.data for piece in pieces if piece.number <= after)
        assert before + behind(pieces, after) == behind(pieces, 0)
