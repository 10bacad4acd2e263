"""A shelf to put documents on, and a search over it."""

import pytest

from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from retrieval.search import Search
from tests.evaluation.corpus import Shelf


@pytest.fixture
def shelf(database: Database, embedder: LocalEmbedder) -> Shelf:
    return Shelf(database.transaction, embedder)


@pytest.fixture
def search(database: Database, embedder: LocalEmbedder, token_counter: ModelTokenCounter) -> Search:
    return Search(database.transaction, embedder, counter=token_counter)
