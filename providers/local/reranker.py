"""An optional cross-encoder: it reads question and passage together; finds more, costs more."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np

from providers.errors import EmbedderFailed
from providers.local.export import model_folder

_BATCH: Final = 16


class CrossEncoderReranker:
    """A `Reranker` in this process, on torch. Loading takes 5 s: construct it off the event loop.

    Args:
        model: A folder or a name in the Hugging Face cache; no network is used.

    Raises:
        EmbedderFailed: The model is not there or is no cross-encoder.
    """

    def __init__(self, model: str) -> None:
        name, folder = model_folder(model)
        from sentence_transformers import CrossEncoder

        try:
            self._model: Any = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise EmbedderFailed(f"the reranker {name!r} cannot be loaded") from error
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reranker")

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, higher is better, in the order given.

        Raises:
            EmbedderFailed: The model failed or gave a number that is not finite.
        """
        if not passages:
            return []
        pairs = [(query, passage) for passage in passages]
        loop = asyncio.get_running_loop()
        try:
            raw = await loop.run_in_executor(self._thread, self._predict, pairs)
            scores = np.asarray(raw, dtype=np.float64).reshape(len(passages))
        except (RuntimeError, ValueError) as error:
            raise EmbedderFailed("the reranker failed") from error
        if not np.isfinite(scores).all():
            raise EmbedderFailed("the reranker gave a number that is not finite")
        return [float(score) for score in scores]

    def _predict(self, pairs: list[tuple[str, str]]) -> object:
        return self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(cancel_futures=True)
