"""The AI SDK's UI message stream, byte by byte, and in its own reader wherever it is cut."""

import asyncio
import json
from uuid import UUID

import pytest

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
from app.wire.sse import HEARTBEAT
from app.wire.ui_message import UiMessageStream
from tests.clients.npm import fetch_packages
from tests.clients.splits import read_in_node

A, B, C, D = (UUID(int=n) for n in (1, 2, 3, 4))
IDS = {n: f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 4)}
PAPER = Source(1, C, D, "Report.pdf", 2, 7, 10, 90, "Net sales", 0.5)
PAGE = Source(2, D, None, "A page", None, None, 0, 9, "Net sales", 0.25, "https://x.org/")
CITATION = Citation(1, C, D, "Report.pdf", None, 10, 19, "Net sales", "exact")
BEGUN: list[AnswerEvent] = [
    Started(A, B, "slug/model", "docs"),
    Stage("searching"),
    PassagesFound((PAPER, PAGE)),
    Text('a "b"\nü\u2028'),
    Text("c [1]"),
]
_PAPER = (
    f'{{"lumen":{{"id":"{IDS[3]}","index":1,"documentId":"{IDS[4]}","documentName":"Report.pdf",'
    '"pageNumber":7,"snippet":"Net sales","score":0.5}}'
)
_PAGE = (
    f'{{"lumen":{{"id":"{IDS[4]}","index":2,"documentId":null,"documentName":"A page",'
    '"pageNumber":null,"snippet":"Net sales","score":0.25,"url":"https://x.org/"}}'
)
GOLDEN = [
    (
        f'data: {{"type":"start","messageId":"{IDS[2]}","messageMetadata":{{'
        f'"conversationId":"{IDS[1]}","messageId":"{IDS[2]}","model":"slug/model",'
        '"mode":"docs"}}\n\n'
    ),
    (
        'data: {"type":"data-status","data":{"stage":"searching","detail":null},'
        '"transient":true}\n\n'
    ),
    (
        f'data: {{"type":"source-document","sourceId":"{IDS[3]}","mediaType":"application/pdf",'
        f'"title":"Report.pdf","filename":"Report.pdf","providerMetadata":{_PAPER}}}\n\n'
        f'data: {{"type":"source-url","sourceId":"{IDS[4]}","url":"https://x.org/",'
        f'"title":"A page","providerMetadata":{_PAGE}}}\n\n'
    ),
    (
        'data: {"type":"text-start","id":"answer"}\n\n'
        'data: {"type":"text-delta","id":"answer","delta":"a \\"b\\"\\nü\\u2028"}\n\n'
    ),
    'data: {"type":"text-delta","id":"answer","delta":"c [1]"}\n\n',
]
WHOLE = (
    'data: {"type":"text-end","id":"answer"}\n\n'
    'data: {"type":"data-citation","id":"citation-1","data":{"index":1,'
    f'"chunkId":"{IDS[3]}","documentId":"{IDS[4]}","documentName":"Report.pdf",'
    '"pageNumber":null,"start":10,"end":19,"quote":"Net sales","support":"exact"}}\n\n'
    'data: {"type":"finish","finishReason":"stop","messageMetadata":{"promptTokens":3,'
    '"completionTokens":4,"totalTokens":7}}\n\n'
    "data: [DONE]\n\n"
)


def told(*events: AnswerEvent) -> list[str]:
    encoder = UiMessageStream()
    return [encoder.encode(event).decode() for event in events]


def test_each_event_is_these_bytes() -> None:
    assert told(*BEGUN, Finished(B, 3, 4, "stop", (CITATION,))) == [*GOLDEN, WHOLE]


def test_a_stopped_answer_is_aborted_and_not_finished() -> None:
    assert told(*BEGUN, Finished(B, 3, 4, "stopped", ()))[-1] == (
        'data: {"type":"text-end","id":"answer"}\n\n'
        'data: {"type":"abort","reason":"The answer was stopped."}\n\n'
        "data: [DONE]\n\n"
    )


def test_a_failed_answer_ends_with_an_error_and_is_not_finished() -> None:
    failed = Failed("LLM_TIMEOUT", "nothing arrived for 2 s", retryable=True)
    last = 'data: {"type":"error","errorText":"nothing arrived for 2 s"}\n\ndata: [DONE]\n\n'
    assert told(failed) == [last]
    assert told(*BEGUN, failed)[-1] == f'data: {{"type":"text-end","id":"answer"}}\n\n{last}'


def test_any_split_reads_the_same_in_the_sdk() -> None:
    if complaint := asyncio.run(fetch_packages()):
        pytest.skip(f"npm could not fetch the AI SDK: {complaint}")
    whole = told(*BEGUN, Finished(B, 3, 4, "stop", (CITATION,)))
    cut = told(*BEGUN, Failed("LLM_TIMEOUT", "nothing arrived for 2 s", retryable=True))
    streams: list[bytes] = []
    wanted: list[list[object]] = []
    for at in range(100):
        frames = (whole, cut)[at % 2]
        streams.append((HEARTBEAT if at % 3 else b"").join(frame.encode() for frame in frames))
        said = "".join(frames).removesuffix("\n\n").split("\n\n")
        assert said[-1] == "data: [DONE]"
        wanted.append([json.loads(part.removeprefix("data: ")) for part in said[:-1]])
    assert read_in_node("ai", streams) == wanted
