"""The embedding model in this process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from providers.contract import Vectors
from providers.local.export import prepare
from providers.local.manifest import Manifest
from providers.local.queue import PASSAGE, QUERY, Embed, ModelQueue
from providers.local.tokenizer import ModelTokenCounter


def open_embedder(model: str | None, cache_dir: Path) -> "LocalEmbedder":
    """Load a model, converting it first where `cache_dir` does not hold it yet.

    Blocks: half a second warm, some 15 s cold. Call it off the event loop.

    Args:
        model: A folder, a name in the Hugging Face cache, or None for the bundled MiniLM.
        cache_dir: Where converted models are kept; shared by all processes of a machine.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    folder = prepare(model, cache_dir)
    manifest = Manifest.read(folder)
    return LocalEmbedder(manifest, load_runtime(folder, manifest))


def open_counter(model: str | None, cache_dir: Path) -> ModelTokenCounter:
    """Load a model's tokenizer alone: 15 ms where the model was prepared before.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    return ModelTokenCounter(prepare(model, cache_dir))


def load_runtime(folder: Path, manifest: Manifest) -> Embed:
    """Load what the manifest names; torch is imported only if it must be."""
    if manifest.runtime == "torch":
        from providers.local.torch_runtime import TorchRuntime

        return TorchRuntime(manifest).embed
    from providers.local.openvino_runtime import OpenVinoRuntime

    return OpenVinoRuntime(folder, manifest).embed


class LocalEmbedder:
    """An `Embedder` with the model in this process, called from a thread of its own."""

    def __init__(self, manifest: Manifest, embed: Embed) -> None:
        self._manifest = manifest
        self._queue = ModelQueue(embed, dimensions=manifest.dimensions)

    @property
    def name(self) -> str:
        """Model name and hash of its files."""
        return self._manifest.name

    @property
    def dimensions(self) -> int:
        """Length of one vector."""
        return self._manifest.dimensions

    @property
    def max_tokens(self) -> int:
        """The window; text beyond it is not read."""
        return self._manifest.max_tokens

    async def embed_query(self, text: str) -> Vectors:
        """Embed one question, before all waiting passages; shape (1, dimensions).

        Raises:
            EmbedderFailed: The model gave nothing usable.
        """
        return await self._queue.run([self._manifest.query_prompt + text], priority=QUERY)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderFailed: The model gave nothing usable.
        """
        prompt = self._manifest.passage_prompt
        return await self._queue.run([prompt + text for text in texts], priority=PASSAGE)

    def close(self) -> None:
        """End the thread; whoever still waits gets `EmbedderFailed`."""
        self._queue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
