"""One site and one process of Node for all dialects, a chat of its own for each test."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.clients.npm import fetch_packages
from tests.http.chat.bench import LIMITS, Bench, open_bench
from tests.http.customers.shop import answered_by, open_shop
from tests.http.dialects.client import Client, Room
from tests.http.dialects.clients import CLIENTS, FETCHED
from tests.http.dialects.node import Node, running_node
from tests.upstreams.openai_server import OpenAIServer

LOOP = "session"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here run in one event loop, so that the site is opened once."""
    loop = pytest.mark.asyncio(loop_scope=LOOP)
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("asyncio"):
            item.add_marker(loop, append=False)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def bench(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Bench]:
    models = Models(embedder, token_counter)
    limits = replace(LIMITS, idle=20, whole=30)
    async with open_bench(clone, models, tmp_path_factory.mktemp("site"), limits=limits) as built:
        made = (await built.ada.post("/tokens", json={"name": "tests"})).json()
        # A session's token would end before a long run of all tests does.
        async with built.site.client(made["secret"]) as ada:
            yield replace(built, ada=ada)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def node() -> AsyncGenerator[Node]:
    async with running_node() as node:
        yield node


@pytest_asyncio.fixture(loop_scope=LOOP)
async def room(bench: Bench, node: Node) -> Room:
    shop = await open_shop(bench)
    person = bench.ada.headers["authorization"].removeprefix("Bearer ")
    return Room(shop, person, node)


@pytest_asyncio.fixture(loop_scope=LOOP)
async def client(request: pytest.FixtureRequest, room: Room) -> Client:
    """The client that a test is for, in a chat of its own."""
    name: str = request.param
    if name in FETCHED and (complaint := await fetch_packages()):
        pytest.skip(f"npm could not fetch what asks here: {complaint}")
    return CLIENTS[name](room)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def usual(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """A model that answers well, wherever a test wants no other."""
    async with OpenAIServer() as upstream:
        await bench.add(upstream, "usual", ["plain"], isDefault=True)
        yield upstream


@pytest.fixture
def plain(usual: OpenAIServer) -> OpenAIServer:
    """The model that answers well, asked nothing yet."""
    usual.requests.clear()
    return usual


@pytest_asyncio.fixture(loop_scope=LOOP)
async def steps(bench: Bench) -> AsyncGenerator[OpenAIServer]:
    """A model that answers word by word, as they are released."""
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "steps"):
        yield upstream
        upstream.release(1_000)
