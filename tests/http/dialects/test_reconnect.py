"""A connection that breaks in mid-answer: whoever comes back has it whole, asked for once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.browser.door import door_to
from tests.http.dialects.client import Client, Room, asked, hearing
from tests.http.dialects.clients import by
from tests.http.dialects.heard import Broke, Event
from tests.http.dialects.lumika import Lumika
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

BEGUN = "The rent"
"""What is heard before the connection breaks."""


@asynccontextmanager
async def cut_off(client: Client, steps: OpenAIServer) -> AsyncGenerator[list[Event]]:
    """What was heard of an answer when its connection broke; it is written on in the block."""
    room = client.room
    steps.release(2)
    async with door_to(room.url) as door:
        client.room = room.through(door.url)
        async with hearing(client, client.ask()) as answer:
            await answer.until(BEGUN)
            door.shut()
            # Nobody takes what is there for the whole.
            with pytest.raises(Broke):
                await answer.to_the_end()
    client.room = room
    yield answer.heard


@by("native", "lumika", "delta")
async def test_reconnect(client: Client, steps: OpenAIServer) -> None:
    """By the number of the last event: what was heard and what comes are the whole."""
    async with cut_off(client, steps) as heard, hearing(client, client.back(heard)) as rest:
        steps.release(len(WORDS))
        await rest.to_the_end()
    assert client.text([*heard, *rest.heard]) == ANSWER
    assert steps.questions == 1


@by("ndjson", "openai", "ai-sdk")
async def test_reconnect_from_the_beginning(client: Client, steps: OpenAIServer) -> None:
    """Without numbers: the same answer anew, in place of what was heard."""
    async with cut_off(client, steps) as heard, hearing(client, client.back(heard)) as again:
        await again.until(BEGUN)
        steps.release(len(WORDS))
        await again.to_the_end()
    assert again.text == ANSWER
    assert again.heard[0] == heard[0]
    assert steps.questions == 1


@by("mcp")
async def test_another_call(client: Client, steps: OpenAIServer) -> None:
    """There is no way back: the host calls again, and the question is asked again."""
    asking = asyncio.create_task(asked(client))
    await eventually(lambda: steps.questions == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with hearing(client, client.again()) as answer:
        steps.release(2 * len(WORDS))
        await answer.to_the_end()
    assert answer.text == ANSWER
    assert steps.questions == 2


@by("openai", "mcp")
async def test_whoever_hangs_up_gives_the_answer_up(client: Client, steps: OpenAIServer) -> None:
    """Where nobody can come back, nobody writes on."""
    client.comes_back = False
    asking = asyncio.create_task(asked(client))
    await eventually(lambda: steps.questions == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await eventually(steps.gone.is_set)


async def test_an_event_source_reconnects_by_itself(room: Room, steps: OpenAIServer) -> None:
    """Node's own, after the three seconds that it waits."""
    client = Lumika(room, room.node.reader("EventSource"))
    steps.release(2)
    async with door_to(room.url) as door:
        client.room = room.through(door.url)
        async with hearing(client, client.ask()) as answer:
            await answer.until(BEGUN)
            door.shut()
            steps.release(len(WORDS))
            door.reopen()
            heard = await answer.to_the_end()
    assert answer.text == ANSWER
    assert [event.data["type"] for event in heard].count("start") == 1
    assert heard[-1].data["type"] == "final"
    assert (await room.shop.asked(), steps.questions) == (1, 1)
