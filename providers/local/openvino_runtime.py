"""Runs a converted model on the processor; imports neither torch nor transformers."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino

from providers.contract import Vectors
from providers.local.manifest import GRAPH, Manifest
from providers.local.tokenizer import ModelTokenizer

# Its bridge to numpy is made when a tensor is first looked into, and of two threads that do so at
# once each waits for the other for ever. A module is loaded by one.
openvino.Tensor(np.zeros(1, dtype=np.int64)).data  # noqa: B018


class OpenVinoRuntime:
    """A converted model, called from any number of threads.

    Args:
        folder: Where it was prepared.
        manifest: What it is.
        threads: How many compute, in all; 0 for one a core.
        streams: Calls that are worked on at once, each by its share of the threads. One call by
            one thread spends less of the processor than by two, which wait for each other.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, *, threads: int = 0, streams: int = 1
    ) -> None:
        self._tokenizer = ModelTokenizer(folder, manifest)
        engine = openvino.Core()
        able: list[str] = engine.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options: dict[str, str | int | bool] = {
            # bf16 keeps the cosine at .9999 and doubles the speed, where the processor has it.
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in able else "f32",
            "NUM_STREAMS": str(streams),
            "INFERENCE_NUM_THREADS": threads,
            # Threads that are tied to a core wait for it while another one is free.
            "ENABLE_CPU_PINNING": False,
        }
        self._graph: Any = engine.compile_model(folder / GRAPH, "CPU", options)
        self._own = threading.local()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), rows of unit length."""
        tokens = self._tokenizer.batch(self._tokenizer.encode(texts))
        result = self._request().infer(tokens)
        return np.array(result[self._graph.outputs[0]], dtype=np.float32)

    def _request(self) -> openvino.InferRequest:
        """What one thread at a time may use: this thread's own."""
        request: Any = getattr(self._own, "request", None)
        if request is None:
            request = self._graph.create_infer_request()
            self._own.request = request
        return request
