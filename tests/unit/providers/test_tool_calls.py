"""Tool calls come in pieces, and every endpoint cuts them in its own way."""

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.answer_stream import AnswerReading
from providers.contract import ChatRequest, PromptMessage, Tool, ToolCall
from providers.sse import ServerEvent
from providers.tool_calls import MOST_CALLS, CallPiece, ToolCalls

REQUEST = ChatRequest([PromptMessage("user", "Go")], "Go", [], tools=[Tool("look", "Looks.", {})])


def assembled(*pieces: dict[str, Any]) -> tuple[ToolCall, ...]:
    calls = ToolCalls()
    for piece in pieces:
        calls.feed(msgspec.convert(piece, CallPiece))
    return calls.whole()


def begun(
    index: int | None, identity: str | None, name: str, arguments: Any = ""
) -> dict[str, Any]:
    return {"index": index, "id": identity, "function": {"name": name, "arguments": arguments}}


def more(index: int | None, arguments: str) -> dict[str, Any]:
    return {"index": index, "function": {"arguments": arguments}}


@given(
    arguments=st.lists(
        st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=3).map(json.dumps),
        min_size=1,
        max_size=4,
    ),
    data=st.data(),
)
def test_calls_are_whole_however_they_were_cut_and_mixed(
    arguments: list[str], data: st.DataObject
) -> None:
    waiting: list[list[dict[str, Any]]] = []
    for index, text in enumerate(arguments):
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        parts = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
        first = begun(index, f"id{index}", f"tool{index}")
        waiting.append([first, *(more(index, part) for part in parts)])
    # Every call is begun before the next one, as the protocol has it; then they mix.
    pieces = [queue.pop(0) for queue in waiting]
    while any(waiting):
        queue = data.draw(st.sampled_from([each for each in waiting if each]))
        pieces.append(queue.pop(0))
    assert assembled(*pieces) == tuple(
        ToolCall(f"id{index}", f"tool{index}", text) for index, text in enumerate(arguments)
    )


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        pytest.param(
            [begun(0, "a", "look", "{}"), begun(0, "b", "look", '{"n":1}')],
            [("a", "look", "{}"), ("b", "look", '{"n":1}')],
            id="all are numbered 0, each with its own id",
        ),
        pytest.param(
            [begun(None, "a", "look", '{"n"'), more(None, ":1}"), begun(None, "b", "see", "{}")],
            [("a", "look", '{"n":1}'), ("b", "see", "{}")],
            id="none is numbered",
        ),
        pytest.param(
            [begun(0, "a", "look", '{"n"'), begun(0, "a", "look", ":1}")],
            [("a", "look", '{"n":1}')],
            id="id and name stand in every piece",
        ),
        pytest.param(
            [begun(0, None, "look", "{}"), begun(1, "", "see", "{}")],
            [("call_0", "look", "{}"), ("call_1", "see", "{}")],
            id="none has an id",
        ),
        pytest.param(
            [begun(0, "a", "look", {"n": [1]})],
            [("a", "look", '{"n":[1]}')],
            id="arguments are an object",
        ),
        pytest.param([more(0, "{}"), {"index": 1}], [], id="none has a name"),
    ],
)
def test_what_endpoints_do_in_their_own_way_is_understood(
    pieces: list[dict[str, Any]], calls: list[tuple[str, str, str]]
) -> None:
    assert assembled(*pieces) == tuple(ToolCall(*call) for call in calls)


def test_a_model_that_wants_no_end_of_calls_is_heard_so_far() -> None:
    pieces = [begun(index, f"id{index}", "look", "{}") for index in range(MOST_CALLS + 5)]
    assert len(assembled(*pieces)) == MOST_CALLS


def event(**delta: Any) -> ServerEvent:
    finish = delta.pop("finish", None)
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return ServerEvent(json.dumps({"choices": [choice]}).encode())


def test_an_answer_gives_its_text_as_it_comes_and_its_calls_at_the_end() -> None:
    reading = AnswerReading(REQUEST, characters=1_000)
    told = [
        reading.take(event(content="I look.", tool_calls=[begun(0, "a", "look", '{"n"')])),
        reading.take(event(tool_calls=[more(0, ":1}")])),
        reading.take(event(finish="tool_calls")),
    ]
    assert [each.text for each in told if each] == ["I look."]
    assert reading.completed().tool_calls == (ToolCall("a", "look", '{"n":1}'),)


def test_calls_that_nobody_offered_are_passed_over() -> None:
    reading = AnswerReading(ChatRequest(REQUEST.messages, "Go", []), characters=1_000)
    reading.take(event(content="Well.", tool_calls=[begun(0, "a", "look", "{}")], finish="stop"))
    assert reading.completed().tool_calls == ()


def test_arguments_without_end_end_the_answer() -> None:
    reading = AnswerReading(REQUEST, characters=100)
    reading.take(event(tool_calls=[begun(0, "a", "look", "x" * 200)]))
    assert reading.is_over
    assert reading.take(event(content="more")) is None
    assert reading.completed().finish_reason == "length"
