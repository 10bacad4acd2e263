"""The real model."""

from tests.fixtures.embedding import embedder, model_cache, token_counter

__all__ = ["embedder", "model_cache", "token_counter"]
