"""Coming back to an answer that is whole: the rest of it, all of it, or word that it was given."""

import pytest

from tests.http.dialects.client import Client, asked, whole
from tests.http.dialects.clients import by
from tests.http.dialects.heard import Refused
from tests.upstreams.openai_server import OpenAIServer


@by("native", "lumika", "delta")
async def test_resume(client: Client, plain: OpenAIServer) -> None:
    """By the number of the last event: the very events behind it."""
    heard = await asked(client)
    for seen in range(1, len(heard)):
        assert await whole(client.back(heard[:seen])) == heard[seen:]
    assert plain.questions == 1


@by("lumika")
async def test_resume_behind_the_end(client: Client, plain: OpenAIServer) -> None:
    """Nothing, with a status that tells an `EventSource` to stop."""
    heard = await asked(client)
    with pytest.raises(Refused) as refused:
        await whole(client.back(heard))
    assert (refused.value.status, refused.value.body) == (204, "")
    assert plain.questions == 1


@by("native", "ndjson", "delta", "openai", "ai-sdk")
async def test_resume_by_key(client: Client, plain: OpenAIServer) -> None:
    """For the same `Idempotency-Key`: the same answer from its beginning."""
    heard = await asked(client)
    assert await whole(client.again()) == heard
    assert plain.questions == 1


@by("ai-sdk")
async def test_nothing_to_resume(client: Client, plain: OpenAIServer) -> None:
    """The client has its messages: the way back is for what is being written."""
    heard = await asked(client)
    with pytest.raises(Refused) as refused:
        await whole(client.back(heard))
    assert refused.value.status == 204
    assert plain.questions == 1


@by("lumika")
@pytest.mark.usefixtures("plain")
async def test_asked_again_on_purpose(client: Client) -> None:
    """A query has no key: without the number of an event it is another question."""
    heard = await asked(client)
    again = await whole(client.again())
    assert again[-1].data["id"] != heard[-1].data["id"]
    assert len(await client.history()) == 4


@by("mcp")
async def test_a_call_is_another_answer(client: Client, plain: OpenAIServer) -> None:
    heard = await asked(client)
    (again,) = await whole(client.back(heard))
    assert again.data["messageId"] != heard[0].data["messageId"]
    assert plain.questions == 2
