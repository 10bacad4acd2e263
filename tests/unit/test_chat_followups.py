"""A follow-up is rewritten by the model, or by a rule whenever the model gives nothing sound."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from app.chat import followups
from app.chat.asides import Asides, lines_of
from app.chat.followups import standalone_question
from app.chat.prompt import Exchange
from providers.contract import ChatRequest, Completed, FinishReason, Notice, TextDelta, Usage
from providers.errors import UpstreamBusy

PAST = [
    Exchange("How high were net sales in 2023?", "They were 12 million.", "12 million in sales")
]
BY_RULE = "How high were net sales in 2022?"


class Says:
    """A model that says one thing, or fails, or stays silent."""

    name = "test/says"

    def __init__(
        self, text: str = "", *, finish: FinishReason = "stop", generative: bool = True
    ) -> None:
        self.text = text
        self.finish: FinishReason = finish
        self.is_generative = generative
        self.fails = self.hangs = False
        self.requests: list[ChatRequest] = []
        self.closed = 0

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Notice | Completed]:
        self.requests.append(request)
        try:
            yield Notice("waiting")
            if self.fails:
                raise UpstreamBusy("busy")
            if self.hangs:
                await asyncio.Event().wait()
            if self.text:
                yield TextDelta(self.text)
            yield Completed(self.finish, Usage(10, 5))
        finally:
            self.closed += 1


async def rewritten(
    model: Says, *, for_web: bool = False, past: list[Exchange] = PAST, seconds: float = 6
) -> str:
    asides = Asides(model, tokens=2_000)
    return await standalone_question("And in 2022?", past, asides, for_web=for_web, seconds=seconds)


async def test_the_model_rewrites_with_little_time_and_no_fancy():
    model = Says('"How high were net sales in the year 2022?"')

    assert await rewritten(model) == "How high were net sales in the year 2022?"
    (request,) = model.requests
    assert (request.temperature, request.max_tokens) == (0.0, followups.MAX_TOKENS)
    assert "12 million" in request.messages[-1].content
    assert model.closed == 1


async def test_without_history_nobody_is_asked():
    model = Says("Something else")

    assert await rewritten(model, past=[]) == "And in 2022?"
    assert model.requests == []


async def test_for_the_web_the_model_sees_only_what_came_from_the_web():
    model = Says("How high were sales?")

    await rewritten(model, for_web=True)

    told = model.requests[0].messages[-1].content
    assert "12 million in sales" in told
    assert "They were" not in told


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "One line.\nAnd another.", "long " * 200, "?!", "<think>hm", "\u200b\u202e"],
)
async def test_what_can_be_no_question_falls_back_to_the_rule(text: str):
    assert await rewritten(Says(text)) == BY_RULE


async def test_a_cut_rewriting_falls_back_to_the_rule():
    assert await rewritten(Says("How high were net sal", finish="length")) == BY_RULE


async def test_thoughts_are_no_part_of_the_question():
    model = Says("<think>The year changes.\nYes.</think>\nHow high were sales in 2022?")

    assert await rewritten(model) == "How high were sales in 2022?"


async def test_a_model_that_fails_or_hangs_falls_back_to_the_rule():
    failing, hanging = Says("x"), Says("x")
    failing.fails, hanging.hangs = True, True

    assert await rewritten(failing) == BY_RULE
    assert await rewritten(hanging, seconds=0.05) == BY_RULE
    assert hanging.closed == 1


async def test_a_model_that_only_quotes_is_not_asked():
    model = Says("x", generative=False)

    assert await rewritten(model) == BY_RULE
    assert model.requests == []


async def test_what_asides_take_is_counted_and_bounded():
    model = Says("yes")
    asides = Asides(model, tokens=40)

    assert await asides.ask("Rules.", "Question?", max_tokens=9, seconds=1) == "yes"
    assert asides.usage == Usage(10, 5)
    assert await asides.ask("Rules.", "word " * 200, max_tokens=9, seconds=1) is None
    for _ in range(5):
        await asides.ask("Rules.", "Question?", max_tokens=9, seconds=1)
    assert len(model.requests) == 3
    assert not asides.can_ask


async def test_an_aside_that_does_not_end_is_left():
    model = Says("x" * 10_000)

    assert await Asides(model, tokens=900).ask("R", "Q", max_tokens=9, seconds=1) is None
    assert model.closed == 1


def test_a_list_is_read_whatever_its_bullets():
    said = '1. Who **made** it?\n- "Where?"\n\n  * `When?`\n2) Why?\n2) Why?\n' + "x" * 300

    lines = lines_of(said, most=9, longest=200)

    assert list(lines) == ["Who made it?", "Where?", "When?", "Why?"]
