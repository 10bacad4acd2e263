import json
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from providers.errors import EmbedderFailed
from providers.local.embedder import open_embedder
from providers.local.export import default_model_path, prepare
from providers.local.manifest import GRAPH, MANIFEST
from providers.local.reranker import CrossEncoderReranker
from tests.fixtures.tiny_models import make_cross_encoder


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> Generator[CrossEncoderReranker]:
    """A cross-encoder of tiny size and random weights."""
    folder = make_cross_encoder(tmp_path_factory.mktemp("cross-encoder"))
    reranker = CrossEncoderReranker(str(folder))
    yield reranker
    reranker.close()


async def test_each_passage_gets_its_own_score_in_order(reranker: CrossEncoderReranker):
    passages = ["the rent is due", "bananas are yellow", "a " * 300]
    scores = await reranker.score("When is the rent due?", passages)
    assert len(scores) == 3
    again = await reranker.score("When is the rent due?", passages[::-1])
    assert again == pytest.approx(scores[::-1], abs=1e-4)


async def test_no_passages_give_no_scores(reranker: CrossEncoderReranker):
    assert await reranker.score("x", []) == []


def test_a_folder_without_a_model_is_an_error(tmp_path: Path):
    with pytest.raises(EmbedderFailed):
        CrossEncoderReranker(str(tmp_path))


def test_a_name_that_is_not_on_this_machine_is_an_error():
    with pytest.raises(EmbedderFailed, match="on this machine"):
        CrossEncoderReranker("nobody/no-such-model")


async def test_a_model_that_does_not_convert_runs_on_torch_with_the_same_vectors(
    model_cache: Path, tmp_path: Path
):
    folder = prepare(None, model_cache)
    folder = shutil.copytree(folder, tmp_path / folder.name)
    (folder / GRAPH).unlink()
    settings = json.loads((folder / MANIFEST).read_text())
    settings |= {"runtime": "torch", "source": str(default_model_path())}
    (folder / MANIFEST).write_text(json.dumps(settings))
    texts = ["When is the rent due?", "a much longer passage " * 80]
    with open_embedder(None, model_cache) as converted, open_embedder(None, tmp_path) as original:
        wanted = await original.embed_passages(texts)
        assert ((await converted.embed_passages(texts)) * wanted).sum(axis=1).min() > 0.999
