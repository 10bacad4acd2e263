"""The chat handlers behind a real server on loopback."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from app.db.engine import Database
from tests.http.chat.world import World, build_world


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
