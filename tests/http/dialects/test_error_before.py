"""What goes wrong before the first word: refused requests, and models that refuse."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.http.chat.bench import Bench
from tests.http.customers.shop import answered_by
from tests.http.dialects.client import Client, asked, hearing
from tests.http.dialects.clients import EVERYBODY, by
from tests.http.dialects.heard import Broke, Event, Refused
from tests.http.dialects.patterns import A_TEXT, holding, starting
from tests.upstreams.openai_server import CANARY_KEY, OpenAIServer

OURS = {"error": "unauthenticated", "message": A_TEXT, "requestId": A_TEXT}
REFUSED = {
    "native": (401, OURS),
    "7a Lumika": (401, OURS),
    "7c NDJSON": (401, {"error": "Unauthorized"}),
    "7d delta": (401, {"error": A_TEXT}),
    "OpenAI": (401, holding(code="invalid_api_key", type="invalid_request_error")),
    # Their transport throws the body as an error's text.
    "AI SDK": (None, OURS),
    "MCP": (401, OURS),
}


@EVERYBODY
async def test_error_before(client: Client) -> None:
    client.token = "garbage"
    with pytest.raises(Refused) as refused:
        await asked(client)
    assert (refused.value.status, refused.value.body) == REFUSED[client.dialect]


@pytest_asyncio.fixture(loop_scope="session")
async def refusing(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """A model whose server refuses the key, and says which one it was."""
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "401"):
        yield upstream


WHY = starting("401")
SORRY = "The answer could not be written. Please try again later."
TOLD = {
    "native": Event(
        "error",
        A_TEXT,
        {"type": "error", "message": "LLM_API_ERROR", "detail": WHY, "retryable": False},
    ),
    "7a Lumika": Event("message", A_TEXT, {"type": "error", "message": SORRY}),
    "7c NDJSON": Event("message", "", {"type": "error", "error": SORRY}),
    "7d delta": Event("message", "1", {"type": "error", "message": SORRY}),
    "AI SDK": Event("error", "", {"type": "error", "errorText": WHY}),
}
"""The stream is open by then: its first and last word."""


@by("native", "lumika", "ndjson", "delta", "ai-sdk")
async def test_a_model_that_refuses(client: Client, refusing: OpenAIServer) -> None:
    heard = await asked(client)
    assert [event for event in heard if event == TOLD[client.dialect]]
    assert client.text(heard) == ""
    assert CANARY_KEY not in str(heard)
    assert refusing.questions == 1


@by("openai")
async def test_a_model_that_refuses_is_raised(client: Client, refusing: OpenAIServer) -> None:
    async with hearing(client, client.ask()) as answer:
        with pytest.raises(Broke) as broke:
            await answer.to_the_end()
    assert (broke.value.code, broke.value.message) == ("LLM_API_ERROR", WHY)
    assert answer.text == ""
    assert CANARY_KEY not in broke.value.message
    assert refusing.questions == 1


@by("mcp")
async def test_a_model_that_refuses_is_the_tools_error(
    client: Client, refusing: OpenAIServer
) -> None:
    with pytest.raises(Refused) as refused:
        await asked(client)
    assert refused.value.body == starting("LLM_API_ERROR: 401")
    assert CANARY_KEY not in refused.value.body
    assert refusing.questions == 1
