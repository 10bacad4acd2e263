"""A site for all tests of a file, a person with a project for each."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest_asyncio

from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import LIMITS, Bench
from tests.http.management.office import Office, open_office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    async with opening(limits=replace(LIMITS, idle=20, whole=30)) as built:
        yield built


@pytest_asyncio.fixture(loop_scope="module")
async def office(bench: Bench) -> Office:
    """Somebody new, whose project no model but the built-in answerer serves."""
    return await open_office(bench)
