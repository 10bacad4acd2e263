"""The golden sets, where they are, and a library to ask them of."""

from pathlib import Path

import pytest

from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from retrieval.search import Search
from tests.evaluation.corpus import Shelf, TextLibrary


@pytest.fixture
def samples() -> Path:
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared" / "data").is_dir():
            return parent / "shared" / "data"
    pytest.skip("the sample documents (shared/data beside the checkout) are not there")


@pytest.fixture
def library(database: Database, embedder: LocalEmbedder) -> TextLibrary:
    return TextLibrary(Shelf(database.transaction, embedder))


@pytest.fixture
def search(database: Database, embedder: LocalEmbedder, token_counter: ModelTokenCounter) -> Search:
    return Search(database.transaction, embedder, counter=token_counter)
