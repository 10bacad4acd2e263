"""People beside the superadmin."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from tests.fixtures.people import People, open_people
from tests.fixtures.site import Site


@pytest.fixture
async def people(site: Site, ada: httpx.AsyncClient) -> AsyncGenerator[People]:
    async with open_people(site, ada) as people:
        yield people
