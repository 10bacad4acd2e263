"""What a prepared model folder holds: the graph, the tokenizer, and this description of both."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec

from providers.prompts import Prompts, marked

LAYOUT = 2
"""Counts up when a prepared folder changes shape; older ones are then prepared anew."""

GRAPH = "model.xml"
TOKENIZER = "tokenizer.json"
MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a prepared model.

    Attributes:
        name: Identifies the vector space: the model's name and a hash of its files.
        runtime: `openvino` where the converted graph gave the same vectors, else `torch`.
        source: Folder of the original model; read by the `torch` runtime only.
        inputs: Names of the graph's inputs, in its order.
        query_prompt: Put before every question; empty for most models.
        passage_prompt: Put before every passage; empty for most models.
        cosine: The worst agreement with torch over the trial texts, in [-1, 1].
    """

    name: str
    runtime: Literal["openvino", "torch"]
    source: str
    dimensions: int
    max_tokens: int
    inputs: list[str]
    pad_id: int
    query_prompt: str
    passage_prompt: str
    cosine: float

    def prompted(self, prompts: Prompts) -> "Manifest":
        """The same model with other prompts, and a space of its own where passages change."""
        query = self.query_prompt if prompts.query is None else prompts.query
        passage = self.passage_prompt if prompts.passage is None else prompts.passage
        name = self.name if passage == self.passage_prompt else marked(self.name, passage)
        return msgspec.structs.replace(self, name=name, query_prompt=query, passage_prompt=passage)

    def write(self, folder: Path) -> None:
        """Store it; the last file of a folder, so that a folder with it is whole."""
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(self)))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read a prepared folder's description.

        Raises:
            FileNotFoundError: The folder was not prepared.
            msgspec.ValidationError: The folder was prepared by another layout.
        """
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=cls)


def fingerprint(folder: Path) -> str:
    """Hash what decides a model's vectors: its weights, its settings and its tokenizer.

    Raises:
        FileNotFoundError: There is no such folder, or nothing in it.
    """
    digest = hashlib.sha256()
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"} and path.is_file()
    )
    if not paths:
        raise FileNotFoundError(folder)
    for path in paths:
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def cache_key(identity: str) -> str:
    """Name of the prepared folder: another model or another converter gives another folder."""
    parts = [str(LAYOUT), identity]
    parts += [f"{name}={version(name)}" for name in ("openvino", "sentence-transformers", "torch")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
