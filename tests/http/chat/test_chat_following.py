"""Coming back to an answer, stopping it, asking again."""

import asyncio
from uuid import UUID

import httpx
import pytest

from app.api.streams import _bytes
from tests.http.chat.world import Heard, read_events


async def test_a_cut_stream_resumes_with_the_very_bytes_that_are_missing(world, ada):
    heard = await world.ask(ada)
    blocks = [block + b"\n\n" for block in heard.raw.split(b"\n\n")[:-1]]

    for seen in range(len(blocks) + 1):
        url = f"/chat/messages/{heard.message_id}/stream"
        by_header = await ada.get(url, headers={"Last-Event-ID": str(seen)})
        by_query = await ada.get(f"{url}?after={seen}")
        assert by_header.content == by_query.content == b"".join(blocks[seen:])


@pytest.mark.parametrize("garbage", ["-1", "x", "", "999", "99999999999999999999", "1.5", "²"])
async def test_a_garbage_id_gives_the_whole_stream(world, ada, garbage):
    heard = await world.ask(ada)

    again = await ada.get(
        f"/chat/messages/{heard.message_id}/stream",
        headers=[(b"Last-Event-ID", garbage.encode())],
    )

    assert again.content == heard.raw


async def test_an_answer_goes_on_when_its_reader_leaves(world, ada):
    world.model.hold_before = 1
    async with ada.stream(
        "POST", f"/chat/projects/{world.project.id}", json={"message": "?"}
    ) as response:
        message_id = response.headers["x-message-id"]
        first = await anext(response.aiter_bytes())
    world.model.go.set()

    rest = await ada.get(f"/chat/messages/{message_id}/stream")

    assert rest.content.startswith(first)
    assert read_events(rest.content)[-1][0] == "done"


async def test_a_stopped_answer_keeps_its_text_and_its_citations(world, ada):
    world.model.deltas = ["Net sales rose to 12 million in 2023 [1].", " More [", "1]"]
    world.model.hold_before = 1
    asked = asyncio.create_task(world.ask(ada))
    message_id = await _streaming_message(world, ada)

    stopped = await ada.post(f"/chat/messages/{message_id}/stop")
    heard = await asked

    assert stopped.status_code == 200
    done = heard.one("done")
    assert done["finishReason"] == "stopped"
    assert [citation["support"] for citation in done["citations"]] == ["exact"]
    assert heard.text == "Net sales rose to 12 million in 2023 [1]."
    assert world.model.closed == 1


async def _streaming_message(world, client: httpx.AsyncClient) -> str:
    async with asyncio.timeout(5):
        while True:
            listed = (await client.get(f"/chat/projects/{world.project.id}/conversations")).json()[
                "conversations"
            ]
            if listed and world.model.requests:
                got = await client.get(f"/chat/conversations/{listed[0]['id']}")
                return got.json()["conversation"]["messages"][1]["id"]


async def test_a_question_can_be_answered_again(world, ada):
    heard = await world.ask(ada)
    world.model.deltas = ["Another answer [1]."]

    again = Heard(await ada.post(f"/chat/messages/{heard.message_id}/regenerate"))

    assert again.text == "Another answer [1]."
    assert again.message_id != heard.message_id
    conversation = heard.one("meta")["conversationId"]
    got = (await ada.get(f"/chat/conversations/{conversation}")).json()["conversation"]
    assert [message["role"] for message in got["messages"]] == ["user", "assistant"]
    assert got["messages"][1]["id"] == again.message_id


async def test_a_repeated_regeneration_with_its_key_is_one(world, ada):
    heard = await world.ask(ada)
    url, headers = f"/chat/messages/{heard.message_id}/regenerate", {"Idempotency-Key": "r"}

    first, second = await asyncio.gather(*(ada.post(url, headers=headers) for _ in range(2)))

    assert first.content == second.content
    assert len(world.model.requests) == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "stream", None),
        ("POST", "stop", None),
        ("POST", "regenerate", None),
        ("PUT", "feedback", {"rating": "up"}),
    ],
)
async def test_somebody_elses_answer_is_not_there(world, ada, eve, method, path, body):
    heard = await world.ask(ada)

    response = await eve.request(method, f"/chat/messages/{heard.message_id}/{path}", json=body)

    assert (response.status_code, response.json()["error"]) == (404, "not_found")


async def test_silence_is_broken_by_a_comment(world, ada):
    world.model.hold_before = 0
    asked = asyncio.create_task(world.ask(ada))
    message_id = await _streaming_message(world, ada)
    stream = _bytes(world.chat, UUID(message_id), 0, 0.05)
    chunks = [await anext(stream) for _ in range(4)]
    await stream.aclose()
    world.model.go.set()
    await asked

    assert chunks[-1] == b": keep-alive\n"
