"""Texts to token numbers, without torch: a tokenizer loads in 10 ms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from providers.local.manifest import TOKENIZER, Manifest
from providers.prompts import OWN, Prompts

Tokens = dict[str, NDArray[np.int64]]
"""Input name to token numbers of shape (texts, longest)."""

_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


class ModelTokenizer:
    """The tokenizer of a prepared model, cut to its window."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        tokenizer: Any = self._tokenizer
        tokenizer.enable_truncation(manifest.max_tokens)
        self._inputs = manifest.inputs
        self._pad_id = manifest.pad_id

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode each text, without padding."""
        return self._tokenizer.encode_batch(list(texts))

    def batch(self, encodings: Sequence[Encoding]) -> Tokens:
        """Put encodings into arrays, padded on the right to the longest."""
        width = max(len(encoding.ids) for encoding in encodings)
        tokens: Tokens = {}
        for name in self._inputs:
            fill = self._pad_id if name == "input_ids" else 0
            array = np.full((len(encodings), width), fill, dtype=np.int64)
            for row, encoding in enumerate(encodings):
                numbers: list[int] = getattr(encoding, _FIELDS[name])
                array[row, : len(numbers)] = numbers
            tokens[name] = array
        return tokens


class ModelTokenCounter:
    """Counts tokens as the model will see them, its passage prompt included."""

    def __init__(self, folder: Path, prompts: Prompts = OWN) -> None:
        manifest = Manifest.read(folder).prompted(prompts)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._prompt = manifest.passage_prompt

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's special tokens included, without truncation."""
        encodings = self._tokenizer.encode_batch_fast([self._prompt + text for text in texts])
        return [len(encoding.ids) for encoding in encodings]
