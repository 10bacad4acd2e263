"""The child process that converts a model: `python -m providers.local.conversion SOURCE NAME TO`.

Everything that needs torch at conversion lives here, and nothing imports it.
"""

import logging
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec
import numpy as np
import openvino
import torch
from sentence_transformers import SentenceTransformer

from providers.contract import Vectors
from providers.local.manifest import GRAPH, TOKENIZER, Manifest
from providers.local.openvino_runtime import OpenVinoRuntime
from providers.local.trial import AGREEMENT, TRIAL_TEXTS
from providers.prompts import demanded, marked

_Model: TypeAlias = Any
"""A SentenceTransformer; its own types name half of its methods only."""

_log = logging.getLogger(__name__)
_QUERY_PROMPTS = ("query",)
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_WINDOW = 512
"""Tokens, where a model names no window of its own."""


_convert: Callable[..., openvino.Model] = cast("Any", openvino).convert_model


class _Whole(torch.nn.Module):
    """A sentence-transformers model with plain inputs and one plain output."""

    def __init__(self, model: _Model, inputs: list[str]) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        """Shape (texts, tokens) an input to (texts, dimensions)."""
        features: dict[str, Any] = dict(zip(self.inputs, tensors, strict=True))
        return torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=1)


def convert(source: Path, name: str, target: Path) -> Manifest:
    """Write graph, tokenizer and manifest into an existing folder.

    Raises:
        OSError: The source holds no model, or the target cannot be written.
        ValueError: The source holds something else than a sentence-transformers model.
    """
    model: _Model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    model.eval()
    tokenizer: Any = model.tokenizer
    tokenizer.backend_tokenizer.save(str(target / TOKENIZER))
    manifest = _describe(model, source, name)
    try:
        _write_graph(model, manifest.inputs, target)
        manifest = _judged(manifest, model, target)
    except (RuntimeError, TypeError, ValueError, KeyError) as error:
        _log.warning("not convertible, torch will run it: %s", error)
    if manifest.runtime == "torch":
        for path in target.glob("model.*"):
            path.unlink()
    manifest.write(target)
    return manifest


def _describe(model: _Model, source: Path, name: str) -> Manifest:
    query, passage = _prompts(model)
    if not query and not passage:
        wanted = demanded(_known_as(source, name))
        query, passage = wanted.query or "", wanted.passage or ""
        name = marked(name, passage) if passage else name
    features = model.preprocess(list(TRIAL_TEXTS[:2]))
    tokenizer: Any = model.tokenizer
    return Manifest(
        name=name,
        runtime="torch",
        source=str(source),
        dimensions=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or _WINDOW),
        inputs=[key for key in tokenizer.model_input_names if key in features],
        pad_id=int(tokenizer.pad_token_id or 0),
        query_prompt=query,
        passage_prompt=passage,
        cosine=0.0,
    )


def _prompts(model: _Model) -> tuple[str, str]:
    """What the model's configuration puts before questions and passages.

    Where it has a prompt by default and names none for either, that goes before both.
    """
    prompts: dict[str, str | None] = dict(model.prompts)
    query = next((prompts[key] for key in _QUERY_PROMPTS if prompts.get(key)), None) or ""
    passage = next((prompts[key] for key in _PASSAGE_PROMPTS if prompts.get(key)), None) or ""
    if not query and not passage and model.default_prompt_name:
        query = passage = prompts.get(model.default_prompt_name) or ""
    return query, passage


def _known_as(source: Path, name: str) -> str:
    """The name that the model was published under, as far as it can be told."""
    plain = name.partition("@")[0]
    cached = re.search(r"models--[^/]+?--([^/]+)/snapshots/", f"{source}/")
    return cached[1] if cached else plain


def _write_graph(model: _Model, inputs: list[str], target: Path) -> None:
    features = model.preprocess([TRIAL_TEXTS[0], TRIAL_TEXTS[2]])
    example = tuple(features[key] for key in inputs)
    with torch.no_grad():
        graph = _convert(_Whole(model, inputs), example_input=example)
    for port, key in zip(graph.inputs, inputs, strict=True):
        port.get_tensor().set_names({key})
        port.get_node().set_partial_shape(openvino.PartialShape([-1, -1]))
    graph.validate_nodes_and_infer_types()
    openvino.save_model(graph, target / GRAPH, compress_to_fp16=True)


def _judged(manifest: Manifest, model: _Model, target: Path) -> Manifest:
    converted = OpenVinoRuntime(target, manifest)
    wanted: Vectors = np.asarray(
        model.encode(list(TRIAL_TEXTS), normalize_embeddings=True, prompt=""), dtype=np.float32
    )
    alone = [converted.embed([text]) for text in TRIAL_TEXTS]
    together = converted.embed(list(TRIAL_TEXTS))
    cosine = min(
        float((wanted * np.concatenate(alone)).sum(axis=1).min()),
        float((wanted * together).sum(axis=1).min()),
    )
    fits = cosine >= AGREEMENT and together.shape[1] == manifest.dimensions
    if not fits:
        _log.warning("the converted model disagrees (cosine %.5f), torch will run it", cosine)
    runtime = "openvino" if fits else "torch"
    return msgspec.structs.replace(manifest, runtime=runtime, cosine=cosine)


def main() -> None:
    """Convert as the command line says; the folder must exist."""
    source, name, target = sys.argv[1:]
    free = shutil.disk_usage(target).free
    manifest = convert(Path(source), name, Path(target))
    _log.info("%s: %s, cosine %.5f, %d bytes free", name, manifest.runtime, manifest.cosine, free)


if __name__ == "__main__":
    main()
