"""A site and its superadmin, for tests that speak HTTP."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import httpx
import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.fixtures.site import OpenSite, Site, open_site, open_standing


@pytest.fixture
def models(embedder: LocalEmbedder, token_counter: ModelTokenCounter) -> Models:
    return Models(embedder, token_counter)


@pytest.fixture
async def site(database: Database, models: Models, tmp_path: Path) -> AsyncGenerator[Site]:
    async with open_site(database, models, tmp_path) as site:
        yield site


@pytest.fixture
async def ada(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    """The superadmin's client."""
    async with await site.set_up() as client:
        yield client


@pytest.fixture(scope="module")
def standing(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
) -> OpenSite:
    """Opens a site for all tests of a file, with further settings: for those that share well."""
    folder = tmp_path_factory.mktemp("site")
    return partial(open_standing, clone, Models(embedder, token_counter), folder)
