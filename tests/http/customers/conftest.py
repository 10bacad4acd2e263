"""A site for all tests of a file, an integration for each."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
import pytest_asyncio

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.http.chat.bench import LIMITS, Bench, open_bench
from tests.http.customers.shop import Shop, answered_by, open_shop
from tests.upstreams.openai_server import OpenAIServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Bench]:
    folder = tmp_path_factory.mktemp("site")
    models = Models(embedder, token_counter)
    limits = replace(LIMITS, idle=20, whole=30)
    async with open_bench(clone, models, folder, limits=limits) as built:
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
