"""Upstreams of the tests' own, and the real model."""

from tests.fixtures.embedding import embedder, model_cache, token_counter
from tests.upstreams.openai_server import openai_upstream
from tests.upstreams.tavily_server import tavily_upstream
from tests.upstreams.vector_server import vector_upstream

__all__ = [
    "embedder",
    "model_cache",
    "openai_upstream",
    "tavily_upstream",
    "token_counter",
    "vector_upstream",
]
