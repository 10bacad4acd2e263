import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from providers.errors import EmbedderFailed
from providers.local.embedder import open_counter, open_embedder
from providers.local.export import model_folder, prepare
from providers.local.manifest import MANIFEST, Manifest, cache_key, fingerprint


def _copied(prepared: Path, folder: Path) -> Path:
    return shutil.copytree(prepared, folder / prepared.name)


def test_a_prepared_model_is_found_again_without_another_conversion(model_cache: Path):
    folder = prepare(None, model_cache)
    before = (folder / MANIFEST).stat().st_mtime_ns
    assert prepare(None, model_cache) == folder
    assert (folder / MANIFEST).stat().st_mtime_ns == before
    assert Manifest.read(folder).cosine > 0.999


def test_other_files_give_another_folder(tmp_path: Path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    first = fingerprint(model)
    (model / "config.json").write_text('{"hidden_size": 1}')
    assert fingerprint(model) != first
    assert cache_key(first) != cache_key(fingerprint(model))


@pytest.mark.parametrize("model", ["nobody/no-such-model", "no such name!", "/no/such/folder"])
def test_a_model_that_is_not_here_is_an_error_and_nothing_is_fetched(model: str):
    with pytest.raises(EmbedderFailed, match="on this machine"):
        model_folder(model)


def test_an_empty_folder_is_no_model(tmp_path: Path):
    with pytest.raises(EmbedderFailed, match="cannot be read"):
        prepare(str(tmp_path), tmp_path / "cache")


async def test_prompts_of_the_model_are_put_before_texts(model_cache: Path, tmp_path: Path):
    folder = _copied(prepare(None, model_cache), tmp_path)
    settings = json.loads((folder / MANIFEST).read_text())
    settings |= {"query_prompt": "query: ", "passage_prompt": "passage: "}
    (folder / MANIFEST).write_text(json.dumps(settings))
    with open_embedder(None, model_cache) as plain, open_embedder(None, tmp_path) as prompted:
        assert np.allclose(
            await prompted.embed_query("rent"), await plain.embed_query("query: rent"), atol=1e-3
        )
        assert np.allclose(
            await prompted.embed_passages(["rent"]),
            await plain.embed_passages(["passage: rent"]),
            atol=1e-3,
        )
    assert open_counter(None, tmp_path).count(["rent"]) == [5]
