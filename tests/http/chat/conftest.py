"""The chat handlers behind a real server on loopback."""

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from app.chat.web import ResearchBudget, Web
from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.tavily import TavilySearch
from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import Bench
from tests.http.chat.sharing import a_guest
from tests.http.chat.world import World, build_world
from tests.upstreams.made_up_web import PAGES
from tests.upstreams.openai_server import OpenAIServer
from tests.upstreams.tavily_server import KEY, TavilyServer, running_tavily_server


@pytest.fixture
async def world(database: Database) -> AsyncGenerator[World]:
    async with build_world(database) as built:
        yield built


@pytest.fixture
async def ada(world: World) -> AsyncGenerator[httpx.AsyncClient]:
    async with world.client() as client:
        yield client


@pytest.fixture
async def eve(world: World) -> AsyncGenerator[httpx.AsyncClient]:
    async with world.client(world.eve) as client:
        yield client


@pytest.fixture
async def tavily() -> AsyncGenerator[TavilyServer]:
    """A search engine over the made-up web."""
    async with running_tavily_server(PAGES, key=KEY) as server:
        yield server


@pytest.fixture
async def web(tavily: TavilyServer, embedder: LocalEmbedder) -> AsyncGenerator[Web]:
    search = TavilySearch(KEY, base_url=tavily.base_url, timeout=2.0, pause=0.01)
    yield Web(search, embedder, ResearchBudget())
    await search.aclose()


@pytest.fixture
async def wired(database: Database, web: Web) -> AsyncGenerator[World]:
    """A world from which the web is reached."""
    async with build_world(database, web=web) as built:
        yield built


@pytest.fixture
async def reader(wired: World) -> AsyncGenerator[httpx.AsyncClient]:
    """Ada, in the world with the web."""
    async with wired.client() as client:
        yield client


@pytest.fixture
async def stranger(wired: World) -> AsyncGenerator[httpx.AsyncClient]:
    """Eve, in the world with the web."""
    async with wired.client(wired.eve) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    """A real site, for all tests of a file."""
    async with opening() as built:
        yield built


@pytest_asyncio.fixture(loop_scope="module")
async def guest(bench: Bench) -> AsyncGenerator[httpx.AsyncClient]:
    """Nobody, with a fresh allowance of questions."""
    async with a_guest(bench) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def upstream() -> AsyncGenerator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server
