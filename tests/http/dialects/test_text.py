"""The text: it comes while it is written, and whole."""

import asyncio

from tests.http.dialects.client import Client, asked, hearing
from tests.http.dialects.clients import STREAMING, by
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

BEGUN = "The rent"
"""The space behind it is told with what follows: a mark that leads nowhere would take it along."""


@STREAMING
async def test_text(client: Client, steps: OpenAIServer) -> None:
    steps.release(2)
    async with hearing(client, client.ask()) as answer:
        # The model has said no more yet, and is waited for by nobody.
        await answer.until(BEGUN)
        steps.release(len(WORDS))
        await answer.to_the_end()
    assert answer.text == ANSWER


@by("mcp")
async def test_text_in_one_piece(client: Client, steps: OpenAIServer) -> None:
    asking = asyncio.create_task(asked(client))
    await eventually(lambda: steps.questions == 1)
    steps.release(2)
    assert not asking.done()
    steps.release(len(WORDS))
    assert client.text(await asking) == ANSWER
