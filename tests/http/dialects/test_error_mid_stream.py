"""An answer that breaks off: what was said stands, and nothing calls it whole."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.http.chat.bench import Bench
from tests.http.customers.shop import answered_by
from tests.http.dialects.client import Client, hearing
from tests.http.dialects.clients import by
from tests.http.dialects.heard import Broke, Event, Refused
from tests.http.dialects.patterns import A_TEXT, starting
from tests.upstreams.openai_server import OpenAIServer

SAID = "The rent is "
WHY = "the provider's stream ended"
SORRY = "The answer could not be written. Please ask again in a moment."
LAST = {
    "native": [
        Event(
            "error",
            A_TEXT,
            {
                "type": "error",
                "message": "LLM_STREAM_CUT",
                "detail": starting(WHY),
                "retryable": True,
            },
        )
    ],
    "7a Lumika": [Event("message", A_TEXT, {"type": "error", "message": SORRY})],
    "7c NDJSON": [Event("message", "", {"type": "error", "error": SORRY})],
    "7d delta": [
        Event("message", A_TEXT, {"type": "error", "message": SORRY}),
        Event("message", A_TEXT, "[DONE]"),
    ],
    "AI SDK": [Event("error", "", {"type": "error", "errorText": starting(WHY)})],
}


@pytest_asyncio.fixture(loop_scope="session")
async def cut(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """A model that ends in the middle of a sentence."""
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "cut-close"):
        yield upstream


@by("native", "lumika", "ndjson", "delta", "ai-sdk")
async def test_error_mid_stream(client: Client, cut: OpenAIServer) -> None:
    async with hearing(client, client.ask()) as answer:
        heard = await answer.to_the_end()
    last = LAST[client.dialect]
    assert heard[-len(last) :] == last
    assert answer.text == SAID
    assert not {"done", "finish"} & {event.name for event in heard}
    assert not {"done", "final"} & {each.data["type"] for each in heard if "type" in each.data}
    assert cut.questions == 1


@by("openai")
async def test_error_mid_stream_is_raised(client: Client, cut: OpenAIServer) -> None:
    async with hearing(client, client.ask()) as answer:
        with pytest.raises(Broke) as broke:
            await answer.to_the_end()
    assert (broke.value.code, broke.value.message) == ("LLM_STREAM_CUT", starting(WHY))
    assert answer.text == SAID
    assert cut.questions == 1


@by("mcp")
async def test_error_mid_stream_is_the_tools(client: Client, cut: OpenAIServer) -> None:
    # Half an answer is none: a host would take it for the whole.
    async with hearing(client, client.ask()) as answer:
        with pytest.raises(Refused) as refused:
            await answer.to_the_end()
    assert refused.value.body == starting(f"LLM_STREAM_CUT: {WHY}")
    assert answer.heard == []
    assert cut.questions == 1
