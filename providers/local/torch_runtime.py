"""Runs a model on torch: for models that cannot be converted. Costs 5 s to import, and 300 MB."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from providers.contract import Vectors
from providers.local.manifest import Manifest


class TorchRuntime:
    """A sentence-transformers model as it is; one call at a time."""

    def __init__(self, manifest: Manifest) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(manifest.source, device="cpu", local_files_only=True)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), rows of unit length."""
        vectors = self._model.encode(
            list(texts),
            batch_size=len(texts),
            normalize_embeddings=True,
            prompt="",
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)
