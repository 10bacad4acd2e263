"""A connection that breaks in mid-answer: whoever comes back has it whole, asked for once."""

from tests.browser.door import door_to
from tests.http.dialects.client import Client, Room, hearing
from tests.http.dialects.clients import by
from tests.http.dialects.lumika import Lumika
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer

BEGUN = "The rent"
"""What is heard before the connection breaks."""


@by("native", "lumika", "delta")
async def test_reconnect(client: Client, steps: OpenAIServer) -> None:
    """By the number of the last event: what was heard and what comes are the whole."""
    steps.release(2)
    async with hearing(client, client.ask()) as answer:
        await answer.until(BEGUN)
    heard = answer.heard
    async with hearing(client, client.back(heard)) as rest:
        steps.release(len(WORDS))
        heard += await rest.to_the_end()
    assert client.text(heard) == ANSWER
    assert steps.questions == 1


@by("ai-sdk")
async def test_reconnect_from_the_beginning(client: Client, steps: OpenAIServer) -> None:
    """Without numbers: the same answer anew, in place of what was heard."""
    steps.release(2)
    async with hearing(client, client.ask()) as answer:
        await answer.until(BEGUN)
    async with hearing(client, client.back(answer.heard)) as again:
        await again.until(BEGUN)
        steps.release(len(WORDS))
        await again.to_the_end()
    assert again.text == ANSWER
    assert again.heard[0] == answer.heard[0]
    assert steps.questions == 1


async def test_an_event_source_reconnects_by_itself(room: Room, steps: OpenAIServer) -> None:
    """Node's own, after the three seconds that it waits."""
    client = Lumika(room, room.node.reader("EventSource"))
    steps.release(2)
    async with door_to(room.url) as door:
        client.url = door.url
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
