"""A site that trusts a real provider."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.oidc_provider import Provider, provider
from tests.fixtures.site import Site, open_site
from tests.http.sign_on.browser import Browser

Opening = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture(scope="session")
def issuer() -> Generator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def opening(database: Database, models: Models, tmp_path: Path, issuer: Provider) -> Opening:
    """Opens a site with further settings."""

    def opened(**settings: object) -> AbstractAsyncContextManager[Site]:
        values: dict[str, object] = {
            "oidc_issuer": issuer.url,
            "oidc_client_id": issuer.client_id,
            "oidc_client_secret": issuer.client_secret,
            "public_url": "https://lumen.test",
        }
        return open_site(database, models, tmp_path, **{**values, **settings})

    return opened


@pytest.fixture
async def site(opening: Opening) -> AsyncGenerator[Site]:
    async with opening() as site:
        await (await site.set_up()).aclose()
        yield site


@pytest.fixture
async def browser(site: Site) -> AsyncGenerator[Browser]:
    browser = Browser(site)
    yield browser
    await browser.close()
