"""What models want put before questions and passages, as the library that made them does it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from providers.contract import Vectors
from providers.local.embedder import open_counter, open_embedder
from providers.local.export import prepare
from providers.local.manifest import GRAPH, MANIFEST, Manifest
from providers.prompts import Prompts
from tests.fixtures.tiny_models import make_model

QUESTION = "When is the rent due?"
PASSAGES = ["The rent is due on Monday.", "Bananas are yellow. " * 9]

Encode = Callable[[Sequence[str]], Vectors]


@pytest.fixture(params=["openvino", "torch"])
def runtime(request: pytest.FixtureRequest) -> str:
    """What the model is run by."""
    return request.param


def prepared_for(runtime: str, model: Path, cache: Path) -> str:
    """Convert the model; for torch, as if it had not agreed with the original."""
    folder = prepare(str(model), cache)
    assert Manifest.read(folder).runtime == "openvino"
    if runtime == "torch":
        (folder / GRAPH).unlink()
        settings = json.loads((folder / MANIFEST).read_text()) | {"runtime": "torch"}
        (folder / MANIFEST).write_text(json.dumps(settings))
    return str(model)


def original(model: Path) -> Any:
    # Importing it takes seconds, which runs of other tests need not spend.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    return SentenceTransformer(str(model), device="cpu", local_files_only=True)


def agree(ours: Vectors, theirs: Vectors) -> bool:
    unit = theirs / np.linalg.norm(theirs, axis=1, keepdims=True)
    return float((ours * unit).sum(axis=1).min()) > 0.999


async def test_questions_and_passages_get_the_prompts_of_the_model_s_configuration(
    runtime: str, tmp_path: Path
) -> None:
    prompts = {"query": "question about: ", "document": "found in a text: "}
    model = make_model(tmp_path, width=32, seed=3, prompts=prompts)
    name = prepared_for(runtime, model, tmp_path / "cache")
    itself = original(model)
    with open_embedder(name, tmp_path / "cache") as embedder:
        assert agree(await embedder.embed_query(QUESTION), itself.encode_query([QUESTION]))
        passages = await embedder.embed_passages(PASSAGES)
        assert agree(passages, itself.encode_document(PASSAGES))
        assert not agree(passages, itself.encode(PASSAGES))
    counted = open_counter(name, tmp_path / "cache").count(PASSAGES)
    tokens = itself.tokenizer([prompts["document"] + text for text in PASSAGES])
    assert counted == [len(each) for each in tokens["input_ids"]]


async def test_a_prompt_by_default_goes_before_both_where_neither_has_its_own(
    runtime: str, tmp_path: Path
) -> None:
    model = make_model(
        tmp_path, width=32, seed=4, prompts={"all": "for a search: "}, default_prompt="all"
    )
    name = prepared_for(runtime, model, tmp_path / "cache")
    itself = original(model)
    with open_embedder(name, tmp_path / "cache") as embedder:
        assert agree(await embedder.embed_query(QUESTION), itself.encode([QUESTION]))
        assert agree(await embedder.embed_passages(PASSAGES), itself.encode(PASSAGES))
        assert not agree(await embedder.embed_query(QUESTION), itself.encode([QUESTION], prompt=""))


async def test_a_model_of_a_known_name_gets_what_its_card_demands(
    runtime: str, tmp_path: Path
) -> None:
    model = make_model(tmp_path, width=32, seed=5, name="multilingual-e5-small")
    name = prepared_for(runtime, model, tmp_path / "cache")
    itself = original(model)
    with open_embedder(name, tmp_path / "cache") as embedder:
        assert agree(
            await embedder.embed_query(QUESTION), itself.encode([QUESTION], prompt="query: ")
        )
        assert agree(
            await embedder.embed_passages(PASSAGES), itself.encode(PASSAGES, prompt="passage: ")
        )


async def test_what_is_set_goes_before_what_the_model_says_and_makes_a_space_of_its_own(
    runtime: str, tmp_path: Path
) -> None:
    model = make_model(tmp_path, width=32, seed=6, prompts={"query": "ask: ", "document": "read: "})
    cache = tmp_path / "cache"
    name = prepared_for(runtime, model, cache)
    itself = original(model)
    with (
        open_embedder(name, cache) as plain,
        open_embedder(name, cache, Prompts(query="")) as asked,
        open_embedder(name, cache, Prompts(passage="text: ")) as read,
    ):
        assert agree(await asked.embed_query(QUESTION), itself.encode([QUESTION], prompt=""))
        assert agree(await read.embed_query(QUESTION), itself.encode_query([QUESTION]))
        assert agree(await read.embed_passages(PASSAGES), itself.encode(PASSAGES, prompt="text: "))
        assert asked.name == plain.name
        assert read.name.startswith(f"{plain.name}+")
    assert open_counter(name, cache, Prompts(passage="")).count([""]) == [2]
