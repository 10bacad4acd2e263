"""Counts tokens of models that live elsewhere: by their tokenizer's file, or by a careful guess."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from providers.contract import TokenCounter
from providers.errors import EmbedderFailed

_PIECE: Final = re.compile(r"[A-Za-z]+|\d|[^\W\d_]|[^\w\s]|_")
_LETTERS: Final = 4
"""Of an English word a token: tokenizers of 30,000 entries and more keep longer pieces."""
_SPECIAL: Final = 2
"""Tokens that most models put around a text."""
MARGIN: Final = 0.75
"""The share of a window that a guess may fill: languages of long compounds have more tokens."""
_TOKENIZER: Final = "tokenizer.json"


class EstimatedTokens:
    """Guesses: a digit, a sign, a letter beyond ASCII and four letters of a word count one each.

    More than there are of English and of figures; of German down to `MARGIN` of what there are.
    """

    def count(self, texts: Sequence[str]) -> list[int]:
        """About so many tokens has each text, the model's special tokens included."""
        return [_SPECIAL + sum(map(_tokens, _PIECE.findall(text))) for text in texts]


def _tokens(piece: str) -> int:
    return -(-len(piece) // _LETTERS)


class PromptedTokens:
    """Counts what is put before every text as part of it.

    Args:
        counter: Counts the whole.
        prompt: What is put before.
    """

    def __init__(self, counter: TokenCounter, prompt: str) -> None:
        self._counter = counter
        self._prompt = prompt

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text and its prompt, the model's special tokens included."""
        return self._counter.count([self._prompt + text for text in texts])


class TokenizerFile:
    """Counts as a `tokenizer.json` does.

    Args:
        path: The file, or the folder that holds it.

    Raises:
        EmbedderFailed: There is none, or it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        file = path / _TOKENIZER if path.is_dir() else path
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # The library raises nothing more particular.
            raise EmbedderFailed("the tokenizer's file is not there or cannot be read") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's special tokens included, without truncation."""
        return [len(each.ids) for each in self._tokenizer.encode_batch_fast(list(texts))]
