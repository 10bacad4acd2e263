"""Chat completions, byte by byte, and through the official client however the network cuts them."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx2
import msgspec
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.openai_bodies import Part, ToldMessage, dialogue, find_model, models_of, slug_of
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
from app.chat.transcripts import KEPT_EXCHANGES, Said, Transcript, transcript
from app.errors import InvalidRequest
from app.wire.openai import ChunkStream, Completion, Head, completion, status_of
from app.wire.sse import HEARTBEAT
from ingest.corpus.tables import Project
from tests.clients.npm import fetch_packages
from tests.clients.splits import read_in_node

A, B, C, D = (UUID(int=n) for n in (1, 2, 3, 4))
IDS = {n: f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 4)}
ODD = 'a "b"\nü😀\u2028c\u0085\r\n'
SOURCE = Source(1, C, D, "Report.pdf", 2, 7, 10, 90, "Net sales", 0.5)
CITATION = Citation(1, C, D, "Report.pdf", None, 10, 19, "Net sales", "exact")
EVENTS: list[AnswerEvent] = [
    Started(A, B, "slug/model", "docs"),
    Stage("searching"),
    PassagesFound((SOURCE,)),
    Text(ODD),
    Text("end [1]"),
    Finished(B, 3, 4, "stop", (CITATION,)),
]
HEAD = Head("chatcmpl-1", "house", 1_700_000_000)
OPENED = 'data: {"id":"chatcmpl-1","created":1700000000,"model":"house","choices":'
CLOSED = '"object":"chat.completion.chunk"'
_CARD = (
    f'[{{"id":"{IDS[3]}","index":1,"documentId":"{IDS[4]}","documentName":"Report.pdf",'
    '"pageNumber":7,"snippet":"Net sales","score":0.5}]'
)
_CITED = (
    f'[{{"index":1,"chunkId":"{IDS[3]}","documentId":"{IDS[4]}","documentName":"Report.pdf",'
    '"pageNumber":null,"start":10,"end":19,"quote":"Net sales","support":"exact"}]'
)


def _choice(delta: str, finish: str = "null") -> str:
    return f'[{{"delta":{delta},"finish_reason":{finish},"index":0,"logprobs":null}}]'


GOLDEN = [
    f'{OPENED}{_choice("""{"role":"assistant","content":""}""")},{CLOSED}}}\n\n',
    "",
    "",
    (OPENED + _choice('{"content":"a \\"b\\"\\nü😀\\u2028c\\u0085\\r\\n"}') + f",{CLOSED}}}\n\n"),
    f'{OPENED}{_choice("""{"content":"end [1]"}""")},{CLOSED}}}\n\n',
    (
        OPENED
        + _choice(f'{{"sources":{_CARD},"citations":{_CITED}}}', '"stop"')
        + f',{CLOSED},"sources":{_CARD},"citations":{_CITED}}}\n\n'
        + "data: [DONE]\n\n"
    ),
]


def test_each_event_is_these_bytes() -> None:
    encoder = ChunkStream(HEAD)
    assert [encoder.encode(event) for event in EVENTS] == [each.encode() for each in GOLDEN]


def test_tokens_come_in_a_piece_of_their_own_when_asked_for() -> None:
    encoder = ChunkStream(HEAD, include_usage=True)
    said = b"".join(map(encoder.encode, EVENTS)).decode().split("\n\n")
    assert all('"usage":null' in each for each in said[:-3])
    assert said[-3] == (
        f"{OPENED}[],{CLOSED},"
        '"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}'
    )
    assert said[-2:] == ["data: [DONE]", ""]


def test_a_failure_ends_the_stream_without_pretending_that_it_is_whole() -> None:
    encoder = ChunkStream(HEAD)
    failed = Failed("LLM_API_ERROR", "401 Unauthorized", retryable=False)
    assert encoder.encode(failed) == (
        b'data: {"error":{"message":"401 Unauthorized","type":"server_error","param":null,'
        b'"code":"LLM_API_ERROR"}}\n\n'
    )


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("stopped", "length"),
    ],
)
def test_an_end_is_said_in_their_words(reason: str, told: str) -> None:
    events = [*EVENTS[:-1], Finished(B, 3, 4, reason, ())]  # pyright: ignore[reportArgumentType]
    found = completion(HEAD, events)
    assert isinstance(found, Completion)
    assert found.choices[0].finish_reason == told


def test_the_whole_answer_has_its_sources_beside_it() -> None:
    found = completion(HEAD, EVENTS)
    assert isinstance(found, Completion)
    read = msgspec.json.decode(msgspec.json.encode(found))
    assert read["object"] == "chat.completion"
    message = read["choices"][0]["message"]
    assert (message["role"], message["content"]) == ("assistant", f"{ODD}end [1]")
    assert read["sources"] == message["sources"] == msgspec.json.decode(_CARD)
    assert read["citations"] == message["citations"] == msgspec.json.decode(_CITED)
    assert read["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_an_answer_without_its_end_is_none() -> None:
    assert completion(HEAD, EVENTS[:-1]) is None
    failed = Failed("LLM_TIMEOUT", "nothing arrived", retryable=True)
    assert completion(HEAD, [*EVENTS[:-1], failed]) is failed
    assert status_of(failed) == 504
    assert status_of(Failed("CANCELLED", "access ended", retryable=False)) == 403
    assert status_of(Failed("CANCELLED", "server stopped", retryable=True)) == 503


class _Cut(httpx2.SyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def _read(pieces: list[bytes]) -> tuple[str, list[str], object]:
    """What the official client makes of these bytes."""
    headers = {"content-type": "text/event-stream"}
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers=headers, stream=_Cut(pieces))
    )
    with (
        httpx2.Client(transport=transport) as http,
        openai.OpenAI(base_url="http://x/v1", api_key="k", http_client=http) as client,
    ):
        stream = client.chat.completions.create(model="house", messages=[], stream=True)
        text, ends, sources = "", [], None
        for chunk in stream:
            extra = chunk.model_extra or {}
            sources = extra.get("sources", sources)
            for choice in chunk.choices:
                text += choice.delta.content or ""
                ends += [choice.finish_reason] if choice.finish_reason else []
        return text, ends, sources


@given(st.data())
def test_however_it_is_cut_the_official_client_reads_the_same(data: st.DataObject) -> None:
    encoder = ChunkStream(HEAD, include_usage=True)
    raw = HEARTBEAT.join(piece for event in EVENTS if (piece := encoder.encode(event)))
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=12).map(sorted))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    text, ends, sources = _read(pieces)
    assert (text, ends) == (f"{ODD}end [1]", ["stop"])
    assert sources == msgspec.json.decode(_CARD)


def test_however_it_is_cut_the_client_for_javascript_reads_the_same() -> None:
    if complaint := asyncio.run(fetch_packages()):
        pytest.skip(f"npm could not fetch the client: {complaint}")
    encoder = ChunkStream(HEAD, include_usage=True)
    frames = [piece for event in EVENTS if (piece := encoder.encode(event))]
    streams = [(HEARTBEAT if at % 3 else b"").join(frames) for at in range(100)]
    said = b"".join(frames).decode().removesuffix("\n\n").split("\n\n")
    assert said[-1] == "data: [DONE]"
    chunks = [msgspec.json.decode(part.removeprefix("data: ")) for part in said[:-1]]
    assert read_in_node("openai", streams) == [chunks] * len(streams)


def test_the_official_client_raises_where_the_answer_broke() -> None:
    encoder = ChunkStream(HEAD)
    failed = Failed("LLM_STREAM_CUT", "the provider's stream ended", retryable=True)
    raw = b"".join(encoder.encode(event) for event in [*EVENTS[:-1], failed])
    with pytest.raises(openai.APIError, match="the provider's stream ended") as raised:
        _read([raw])
    assert raised.value.code == "LLM_STREAM_CUT"


def _said(*told: tuple[str, str]) -> list[Said]:
    return [Said(speaker, text) for speaker, text in told]  # pyright: ignore[reportArgumentType]


def test_a_dialogue_becomes_questions_with_their_answers() -> None:
    told = _said(
        ("assistant", "Hi!"), ("user", "a"), ("user", "b"), ("assistant", "c"), ("user", "d")
    )
    assert transcript(told) == Transcript("d", (("a\n\nb", "c"),))
    long = [("user", "q"), ("assistant", "a")] * 30
    assert len(transcript(_said(*long, ("user", "q"))).past) == KEPT_EXCHANGES


@pytest.mark.parametrize(
    "told", [[], [("assistant", "a")], [("user", "q"), ("assistant", "a")], [("user", " \n")]]
)
def test_a_dialogue_that_ends_without_a_question_is_refused(told: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidRequest):
        transcript(_said(*told))


def test_messages_are_read_as_the_clients_send_them() -> None:
    messages = [
        ToldMessage("system", "Be short."),
        ToldMessage("developer", [Part("text", "In French.")]),
        ToldMessage("user", [Part("text", "a"), Part("text", "b")]),
        ToldMessage("assistant", None),
        ToldMessage("tool", "42"),
        ToldMessage("user", "c\x00"),
    ]
    assert dialogue(messages) == (_said(("user", "a\nb"), ("user", "c")), "Be short.\n\nIn French.")


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (ToldMessage("wizard", "x"), ["messages", "0", "role"]),
        (ToldMessage("user", [Part("image_url")]), ["messages", "0", "content"]),
    ],
)
def test_what_is_no_text_is_refused_by_its_place(message: ToldMessage, path: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        dialogue([message])
    assert refused.value.issues[0]["path"] == path


def test_a_project_is_found_by_the_slug_of_its_name() -> None:
    owner = UUID(int=9)
    one, two, other = (Project(name=name, owner_id=owner) for name in ("Ærø & Co.", "ærø co", "!"))
    found = models_of([one, two, other])
    assert [each.slug for each in found] == [
        f"ærø-co-{one.id.hex[-8:]}",
        f"ærø-co-{two.id.hex[-8:]}",
        "project",
    ]
    for model in found:
        assert find_model(found, model.slug) is model
    assert find_model(found, f"project-{other.id.hex[-8:]}") is found[2]
    assert find_model(found, "ærø-co") is None
    assert slug_of("  Net_Sales 2023 ") == "net-sales-2023"
