"""One site for all of the matrix: its calls change nothing that another one reads."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager

import httpx
import pytest
import pytest_asyncio

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.authorization.build import build_stage
from tests.authorization.calling import Caller, Tally, World
from tests.authorization.principals import everybody
from tests.fixtures.site import open_standing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
    tally: Tally,
) -> AsyncGenerator[World]:
    """The stage, everybody, and who calls."""
    folder = tmp_path_factory.mktemp("site")
    models = Models(embedder, token_counter)
    async with (
        open_standing(clone, models, folder) as site,
        await site.set_up() as superadmin,
        httpx.AsyncClient(base_url=site.url, timeout=60) as client,
    ):
        stage = await build_stage(site, superadmin)
        bearer = superadmin.headers["authorization"].removeprefix("Bearer ")
        callers = await everybody(stage, bearer)
        yield stage, callers, Caller(stage, client, tally)


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Generator[Tally]:
    """Counts, and says so at the end."""
    counted = Tally()
    yield counted
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    if reporter is None or capture is None:
        return  # A worker among several: it has no terminal.
    with capture.global_and_fixture_disabled():
        reporter.write_line(
            f"\nauthorization: {counted.cells} cells checked, {counted.leaks} leaks"
        )
