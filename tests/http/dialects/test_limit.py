"""Too much: questions too fast, a question too long, and two at a time."""

import asyncio
from dataclasses import replace

import pytest

from app.asgi import create_app
from tests.http.chat.world import serve
from tests.http.dialects.client import Client, Room, asked, whole
from tests.http.dialects.clients import EVERYBODY, by
from tests.http.dialects.heard import Refused
from tests.http.dialects.patterns import A_TEXT, Like, holding, starting
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually


def ours(code: str) -> Like:
    return holding(error=code, requestId=A_TEXT, message=A_TEXT)


TOO_FAST = {
    "7a Lumika": ours("rate_limited"),
    "7c NDJSON": {"error": "Too many requests"},
    "7d delta": {"error": A_TEXT},
    "OpenAI": holding(code="rate_limit_exceeded", type="rate_limit_error"),
}


@by("lumika", "ndjson", "delta", "openai")
async def test_limit(client: Client, room: Room, plain: OpenAIServer) -> None:
    """Of one customer's questions by the minute; people ask as they like."""
    await room.shop.change(customer_limit_per_minute=1)
    await asked(client)
    with pytest.raises(Refused) as refused:
        await asked(client)
    assert (refused.value.status, refused.value.body) == (429, TOO_FAST[client.dialect])
    assert 1 <= int(refused.value.headers["retry-after"]) <= 60
    assert plain.questions == 1


TOO_LONG = {
    "native": (400, ours("invalid_request")),
    "7a Lumika": (400, ours("invalid_request")),
    "7c NDJSON": (400, {"error": "Invalid request payload"}),
    "7d delta": (400, {"error": A_TEXT}),
    "OpenAI": (400, holding(code="invalid_request", type="invalid_request_error")),
    "AI SDK": (None, ours("invalid_request")),
    "MCP": (None, starting("invalid_request: ")),
}


@EVERYBODY
async def test_a_question_that_is_too_long(client: Client, plain: OpenAIServer) -> None:
    with pytest.raises(Refused) as refused:
        await asked(client, "x" * 8_001)
    assert (refused.value.status, refused.value.body) == TOO_LONG[client.dialect]
    assert plain.questions == 0


BUSY = {
    "native": (409, ours("generation_in_progress")),
    "7a Lumika": (409, ours("generation_in_progress")),
    "7c NDJSON": (429, {"error": "Too many requests"}),
    "7d delta": (429, {"error": A_TEXT}),
}


@by("native", "lumika", "ndjson", "delta")
async def test_another_question_meanwhile(client: Client, steps: OpenAIServer) -> None:
    first = asyncio.create_task(asked(client))
    await eventually(lambda: steps.questions == 1)
    with pytest.raises(Refused) as refused:
        await asked(client, "Another?")
    assert (refused.value.status, refused.value.body) == BUSY[client.dialect]
    steps.release(len(WORDS))
    assert client.text(await first) == ANSWER
    assert steps.questions == 1


@by("delta")
async def test_an_answer_that_takes_too_long(
    client: Client, room: Room, steps: OpenAIServer
) -> None:
    """The contract gives a stream two minutes; this server, half a second."""
    hasty = create_app(replace(room.shop.bench.site.services, delta_seconds=0.5))
    steps.release(2)
    async with serve(hasty) as url:
        client.room = room.through(url)
        *deltas, error, done = await asked(client)
    assert [each.id for each in (*deltas, error, done)] == [
        str(at) for at in range(1, len(deltas) + 3)
    ]
    sorry = "The answer took too long. Please ask again."
    assert (error.data, done.data) == ({"type": "error", "message": sorry}, "[DONE]")
    # The answer goes on, and the key leads back to it, behind the last delta.
    client.room = room
    steps.release(len(WORDS))
    rest = await whole(client.back(deltas) if deltas else client.again())
    assert client.text([*deltas, *rest]) == ANSWER
    assert steps.questions == 1
