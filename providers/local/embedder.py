"""The embedding model in this process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from providers.contract import Vectors
from providers.local.cores import cores
from providers.local.export import prepare
from providers.local.manifest import Manifest
from providers.local.queue import PASSAGE, QUERY, Embed, LazyModel, ModelQueue
from providers.local.tokenizer import ModelTokenCounter
from providers.prompts import OWN, Prompts

MOST_STREAMS: Final = 8
"""Batches of passages worked on at once: each takes some 40 MB."""
NICENESS: Final = 5
"""Of the threads that embed passages: a third of what others get where all want the processor. By
more, reading stands still on a host with much else to do; decision 18 has the figures."""
REST: Final = 60.0
"""Seconds without passages after which their copy of the model is let go."""


def open_embedder(model: str | None, cache_dir: Path, prompts: Prompts = OWN) -> "LocalEmbedder":
    """Load a model, converting it first where `cache_dir` does not hold it yet.

    Blocks: half a second warm, some 15 s cold. Call it off the event loop.

    Args:
        model: A folder, a name in the Hugging Face cache, or None for the bundled MiniLM.
        cache_dir: Where converted models are kept; shared by all processes of a machine.
        prompts: What is put before texts.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    folder = prepare(model, cache_dir)
    manifest = Manifest.read(folder).prompted(prompts)
    return LocalEmbedder(folder, manifest)


def open_counter(model: str | None, cache_dir: Path, prompts: Prompts = OWN) -> ModelTokenCounter:
    """Load a model's tokenizer alone: 15 ms where the model was prepared before.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    return ModelTokenCounter(prepare(model, cache_dir), prompts)


def load_runtime(folder: Path, manifest: Manifest, *, streams: int = 1, threads: int = 0) -> Embed:
    """Load what the manifest names; torch is imported only if it must be.

    Args:
        folder: Where the model was prepared.
        manifest: What stands there.
        streams: Calls worked on at once; torch takes one at a time.
        threads: That compute, in all; 0 for one a core.
    """
    if manifest.runtime == "torch":
        from providers.local.torch_runtime import TorchRuntime

        return TorchRuntime(manifest).embed
    from providers.local.openvino_runtime import OpenVinoRuntime

    return OpenVinoRuntime(folder, manifest, streams=streams, threads=threads).embed


class LocalEmbedder:
    """An `Embedder` with the model in this process, called from threads of its own.

    Questions have a thread and a compiled model to themselves. Passages have theirs, one thread a
    core, which stand back where a question wants the processor: so it waits for none of them. That
    second copy is there while documents are read. A model that torch runs is there once; with it a
    question goes before waiting passages.

    Args:
        folder: Where the model was prepared.
        manifest: What stands there.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        embed = load_runtime(folder, manifest, threads=1)
        self._questions = ModelQueue(embed, dimensions=manifest.dimensions)
        self._passages = self._questions
        if manifest.runtime == "openvino":
            many = cores()
            streams = min(many, MOST_STREAMS)
            model = LazyModel(lambda: load_runtime(folder, manifest, streams=streams, threads=many))
            self._passages = ModelQueue(
                model,
                dimensions=manifest.dimensions,
                threads=streams,
                niceness=NICENESS,
                rest=REST,
                rested=model.close,
            )

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
        """Embed one question, whatever passages wait; shape (1, dimensions).

        Raises:
            EmbedderFailed: The model gave nothing usable.
        """
        return await self._questions.run([self._manifest.query_prompt + text], priority=QUERY)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderFailed: The model gave nothing usable.
        """
        prompt = self._manifest.passage_prompt
        return await self._passages.run([prompt + text for text in texts], priority=PASSAGE)

    def close(self) -> None:
        """End the threads; whoever still waits gets `EmbedderFailed`."""
        self._passages.close()
        self._questions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
