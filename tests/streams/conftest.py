"""Runs over a database of the test's own; a second set of them stands for another process."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from app.chat.runs import RunOptions, Runs
from app.db.engine import Database


@pytest.fixture
async def make_runs(database: Database) -> AsyncGenerator[Callable[..., Awaitable[Runs]]]:
    """Build opened `Runs`, closed at the end."""
    made: list[Runs] = []

    async def make(options: RunOptions | None = None) -> Runs:
        runs = Runs(database.transaction, database.conninfo, options)
        await runs.open()
        made.append(runs)
        return runs

    yield make
    for runs in made:
        await runs.close()


@pytest.fixture
async def runs(make_runs: Callable[..., Awaitable[Runs]]) -> Runs:
    return await make_runs()


@pytest.fixture
async def elsewhere(make_runs: Callable[..., Awaitable[Runs]]) -> Runs:
    """Runs with another owner and connections of its own: as another process sees them."""
    other = await make_runs()
    await other.signals.listening.wait()
    return other
