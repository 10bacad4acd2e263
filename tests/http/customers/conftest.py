"""A site for all tests of a file, an integration for each."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest_asyncio

from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import LIMITS, Bench
from tests.http.customers.shop import Shop, answered_by, open_shop
from tests.upstreams.openai_server import OpenAIServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    async with opening(limits=replace(LIMITS, idle=20, whole=30)) as built:
        yield built


@pytest_asyncio.fixture(loop_scope="module")
async def shop(bench: Bench) -> Shop:
    """An integration for back ends, open to every page."""
    return await open_shop(bench)


@pytest_asyncio.fixture(loop_scope="module")
async def slow(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """Answers of the project come word by word, as they are released."""
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "steps"):
        yield upstream
        upstream.release(1_000)
