"""A site for all tests of a file, a person with a project for each."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
import pytest_asyncio

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.http.chat.bench import LIMITS, Bench, open_bench
from tests.http.management.office import Office, open_office


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
async def office(bench: Bench) -> Office:
    """Somebody new, whose project no model but the built-in answerer serves."""
    return await open_office(bench)
