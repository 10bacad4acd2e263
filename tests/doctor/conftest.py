"""A scene for every test: a database, a site on it, upstreams that can be made to fail."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.doctor.scene import Scene


@pytest.fixture
def models(embedder: LocalEmbedder, token_counter: ModelTokenCounter) -> Models:
    return Models(embedder, token_counter)


@pytest.fixture
async def scene(database: Database, models: Models, tmp_path: Path) -> AsyncGenerator[Scene]:
    async with AsyncExitStack() as stack:
        yield Scene(database, models, tmp_path, stack)
