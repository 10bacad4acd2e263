"""A limit of concurrent answers holds over all processes, in the order of the questions."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.fixtures.site import open_site
from tests.http.chat.bench import LIMITS, PATIENCE, Bench, open_bench
from tests.http.chat.world import Heard
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Bench]:
    """A site where a model may be silent for longer than somebody waits for it."""
    folder = tmp_path_factory.mktemp("site")
    async with open_bench(
        clone, Models(embedder, token_counter), folder, limits=replace(LIMITS, idle=20, whole=30)
    ) as built:
        yield built


async def crowd(bench: Bench, slug: str, active: int, waiting: int) -> None:
    async def look() -> bool:
        health = await bench.health(slug)
        return (health["active"], health["waiting"]) == (active, waiting)

    await eventually_async(look, seconds=10)


async def test_the_second_waits_for_the_first_and_is_told_so(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "one", ["steps"], maxConcurrent=1)
    first = asyncio.create_task(bench.ask("one/steps"))
    await eventually(lambda: upstream.questions == 1)
    second = asyncio.create_task(bench.ask("one/steps"))
    await crowd(bench, "one", 1, 1)
    assert upstream.questions == 1
    upstream.release(2 * len(WORDS))

    assert (await first).text == ANSWER
    heard = await second
    assert heard.text == ANSWER
    assert bench.notices(heard) == ["waiting for the provider, place 1 in the queue"]
    assert (upstream.questions, upstream.most_at_once) == (2, 1)


async def test_two_processes_keep_one_limit(
    bench: Bench, upstream: OpenAIServer, tmp_path: Path
) -> None:
    await bench.add(upstream, "two", ["plain"], maxConcurrent=2)
    site = bench.site
    async with (
        open_site(
            site.services.database, site.models, tmp_path, limits=LIMITS, patience=PATIENCE
        ) as other,
        other.client() as client,
    ):
        client.headers.update(bench.ada.headers)
        beside = Bench(other, client, bench.project)
        asked = (each.ask("two/plain") for each in (bench, beside) * 6)
        heard: list[Heard] = await asyncio.gather(*asked)
    answered = [each for each in heard if each.events[-1][0] == "done"]
    assert all(each.text == ANSWER for each in answered)
    assert len(answered) == upstream.questions >= 4
    assert upstream.most_at_once <= 2


async def test_patience_ends_and_the_place_is_given_up(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "slow", ["steps"], maxConcurrent=1, isDefault=True)
    first = asyncio.create_task(bench.ask("slow/steps"))
    await eventually(lambda: upstream.questions == 1)
    refused = (await bench.ask("slow/steps")).events[-1][2]
    await bench.stand_ins("extractive/quotes")
    stood_in = await bench.ask()
    await bench.stand_ins()
    await crowd(bench, "slow", 1, 0)
    upstream.release(len(WORDS))

    assert refused["retryable"] is True
    assert refused["detail"].startswith("the provider answers as many as it may; after 1 s")
    assert (await bench.stored(stood_in))["model"] == "extractive/quotes"
    assert (await first).text == ANSWER
    assert upstream.questions == 1
    assert (await bench.health("slow"))["failures"] == 0


async def test_stopping_somebody_who_waits_frees_the_place(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "stopped", ["steps"], maxConcurrent=1)
    first = asyncio.create_task(bench.ask("stopped/steps"))
    await eventually(lambda: upstream.questions == 1)
    body = {"message": "When is the rent due?", "modelId": "stopped/steps"}
    url = f"/chat/projects/{bench.project}"
    async with bench.ada.stream("POST", url, json=body) as response:
        await crowd(bench, "stopped", 1, 1)
        await bench.ada.post(f"/chat/messages/{response.headers['x-message-id']}/stop")
        await response.aread()
    await crowd(bench, "stopped", 1, 0)
    upstream.release(len(WORDS))

    assert (await first).text == ANSWER
    assert upstream.questions == 1


async def test_taking_the_limit_away_lets_those_who_wait_go_on(
    bench: Bench, upstream: OpenAIServer
) -> None:
    identity = await bench.add(upstream, "freed", ["steps"], maxConcurrent=1)
    first = asyncio.create_task(bench.ask("freed/steps"))
    await eventually(lambda: upstream.questions == 1)
    second = asyncio.create_task(bench.ask("freed/steps"))
    await crowd(bench, "freed", 1, 1)
    changed = await bench.ada.patch(f"/providers/{identity}", json={"maxConcurrent": None})
    assert changed.json()["provider"]["maxConcurrent"] is None
    await eventually(lambda: upstream.questions == 2)
    upstream.release(2 * len(WORDS))
    assert [(await each).text for each in (first, second)] == [ANSWER] * 2
