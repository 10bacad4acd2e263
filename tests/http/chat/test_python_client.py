"""The Python client reads an answer whole over connections that break, and asks only once."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from app.client.chat import ChatEvent, ConnectionLost, LumenClient, Patience, Refused
from tests.http.chat.bench import QUESTION, Bench
from tests.upstreams.cutting_proxy import CuttingProxy, cutting_proxy

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def proxy(bench: Bench) -> AsyncGenerator[CuttingProxy]:
    async with cutting_proxy(bench.site.url) as proxy:
        yield proxy


def token_of(bench: Bench) -> str:
    return bench.ada.headers["Authorization"].removeprefix("Bearer ")


async def heard(bench: Bench, proxy: CuttingProxy, *cuts: int) -> list[ChatEvent]:
    proxy.plan(cuts)

    def ask() -> list[ChatEvent]:
        patience = Patience(pauses_s=(0, 0, 0), wait=lambda _: None)
        with LumenClient(proxy.url, token_of(bench), patience=patience) as client:
            return list(client.chat_stream(bench.project, QUESTION))

    return await asyncio.to_thread(ask)


async def test_an_answer_comes_as_the_contract_says(bench: Bench, proxy: CuttingProxy) -> None:
    events = await heard(bench, proxy)
    assert events[0].type == "meta"
    assert events[-1].type == "done"
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    text = "".join(event.data["delta"] for event in events if event.type == "text")
    assert "The rent is due on Monday." in text


async def test_a_connection_that_breaks_anywhere_costs_and_repeats_nothing(
    bench: Bench, proxy: CuttingProxy
) -> None:
    for at in (0, 100, 900, 1_100, 1_300, 1_800):
        events = await heard(bench, proxy, at, at + 60)
        assert [event.id for event in events] == list(range(1, len(events) + 1)), at
        assert events[-1].type == "done"
        conversation = events[0].data["conversationId"]
        kept = (await bench.ada.get(f"/chat/conversations/{conversation}")).json()
        asked = [each["role"] for each in kept["conversation"]["messages"]]
        assert asked == ["user", "assistant"], at


async def test_an_answer_is_read_again_from_any_place(bench: Bench, proxy: CuttingProxy) -> None:
    events = await heard(bench, proxy)
    message_id = events[0].data["messageId"]

    def again(after: int) -> list[ChatEvent]:
        with LumenClient(proxy.url, token_of(bench)) as client:
            return list(client.resume(message_id, after))

    assert await asyncio.to_thread(again, 0) == events
    assert await asyncio.to_thread(again, 2) == events[2:]


async def test_a_refusal_says_why(bench: Bench, proxy: CuttingProxy) -> None:
    def ask() -> None:
        with LumenClient(proxy.url, "nobody's") as client:
            list(client.chat_stream(bench.project, QUESTION))

    with pytest.raises(Refused) as refused:
        await asyncio.to_thread(ask)
    assert (refused.value.status, refused.value.code) == (401, "unauthenticated")


async def test_a_server_that_is_gone_is_given_up(bench: Bench, proxy: CuttingProxy) -> None:
    with pytest.raises(ConnectionLost):
        await heard(bench, proxy, 0, 0, 0, 0, 0)
    assert proxy.connections == 4
