"""Answers by quoting the best sentences of the passages; no key, no network, nothing invented."""

import asyncio
import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from providers.contract import (
    ChatRequest,
    Completed,
    Embedder,
    PromptPassage,
    TextDelta,
    Usage,
    Vectors,
)
from providers.sentences import Sentence, split_sentences
from providers.words import words_of

NOT_FOUND: Final = "The documents do not answer this question."
NOTICE: Final = "Quoted from your documents; no language model is set up."

MOST: Final = 5
"""Sentences an answer quotes at most."""
_CANDIDATES: Final = 160
"""Sentences embedded at most, the best by words first; some 0.3 s on two cores."""
_SHORTEST: Final = 3
"""Words; shorter sentences are headings or scraps."""
_WEIGHT: Final = 0.6
"""Of meaning against words in a sentence's score; see `benchmarks/`."""
_RANK: Final = 0.06
"""How much the first passage gains over the last: retrieval already ranked them."""
_ENOUGH: Final = 0.4
"""The score below which the best sentence answers nothing."""
_NEAR: Final = 0.72
"""Further sentences come this near to the best one's score."""
_SAME: Final = 0.95
"""Cosine from which two sentences say the same."""
_ALIKE: Final = 0.35
"""Weight of likeness to what is already quoted (maximal marginal relevance, Carbonell and
Goldstein, SIGIR 1998)."""

_PIECE: Final = re.compile(r"\S+\s*|\s+")
_MARK: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Sentence
    passage: PromptPassage
    words: frozenset[str]
    prior: float


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: _Candidate
    score: float
    vector: Vectors


class ExtractiveAnswerer:
    """A `ChatModel` that quotes.

    Args:
        embedder: Compares the question with sentences by meaning.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """`slug/model` of the built-in provider."""
        return "extractive/quotes"

    @property
    def is_generative(self) -> bool:
        """It quotes."""
        return False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completed]:
        """Yield the quotes piece by piece, then one `Completed`.

        Raises:
            EmbedderFailed: The embedder failed.
        """
        text = render(await self.choose(request.question, request.passages))
        for piece in _PIECE.findall(text):
            yield TextDelta(piece)
            await asyncio.sleep(0)
        prompt = sum(len(passage.text) for passage in request.passages) + len(request.question)
        yield Completed("stop", Usage(prompt // 4, len(text) // 4, estimated=True))

    async def choose(
        self, question: str, passages: Sequence[PromptPassage]
    ) -> list[tuple[PromptPassage, Sentence]]:
        """Choose the sentences that answer; none where nothing fits. The best comes first.

        Raises:
            EmbedderFailed: The embedder failed.
        """
        candidates = _candidates(passages)
        if not candidates or not question.strip():
            return []
        asked = words_of(question)
        weights = _weights(candidates, asked)
        candidates.sort(key=lambda each: -_overlap(each.words, weights))
        del candidates[_CANDIDATES:]
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages(
            [each.sentence.content for each in candidates]
        )
        scored = [
            _Scored(each, _score(each, float(vector @ query[0]), weights), vector)
            for each, vector in zip(candidates, vectors, strict=True)
        ]
        return [(each.candidate.passage, each.candidate.sentence) for each in _diverse(scored)]


def _candidates(passages: Sequence[PromptPassage]) -> list[_Candidate]:
    seen: set[str] = set()
    found: list[_Candidate] = []
    for place, passage in enumerate(passages):
        prior = _RANK * (1 - place / len(passages))
        for sentence in split_sentences(passage.text):
            words = frozenset(words_of(sentence.content))
            key = " ".join(sentence.content.split()).casefold()
            if len(words) >= _SHORTEST and key not in seen:
                seen.add(key)
                found.append(_Candidate(sentence, passage, words, prior))
    return found


def _weights(candidates: Sequence[_Candidate], asked: Sequence[str]) -> dict[str, float]:
    """Weigh the question's words: the rarer among the sentences, and numbers, the heavier."""
    counts = Counter(word for each in candidates for word in each.words)
    return {
        word: math.log(1 + len(candidates) / (1 + counts[word])) * (1.5 if word[0].isdigit() else 1)
        for word in asked
    }


def _overlap(words: frozenset[str], weights: dict[str, float]) -> float:
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / whole if whole else 0


def _score(candidate: _Candidate, similarity: float, weights: dict[str, float]) -> float:
    overlap = _overlap(candidate.words, weights)
    return _WEIGHT * max(similarity, 0) + (1 - _WEIGHT) * overlap + candidate.prior


def _diverse(scored: Sequence[_Scored]) -> list[_Scored]:
    best = max(each.score for each in scored)
    if best < _ENOUGH:
        return []
    left = [each for each in scored if each.score >= max(_NEAR * best, _ENOUGH * _NEAR)]
    chosen: list[_Scored] = []
    while left and len(chosen) < MOST:
        pick = max(left, key=lambda each: each.score - _ALIKE * _likeness(each, chosen))
        left.remove(pick)
        if _likeness(pick, chosen) < _SAME:
            chosen.append(pick)
    return chosen


def _likeness(each: _Scored, chosen: Sequence[_Scored]) -> float:
    return max((float(np.dot(each.vector, other.vector)) for other in chosen), default=0.0)


def render(quotes: Sequence[tuple[PromptPassage, Sentence]]) -> str:
    """Write the quotes as markdown, grouped by document, each with its `[n]`."""
    if not quotes:
        return NOT_FOUND
    groups: dict[str, list[str]] = {}
    for passage, sentence in quotes:
        lines = groups.setdefault(passage.document_name, [])
        lines.append(f"> {_quoted(sentence.content)} [{passage.index}]")
    blocks: list[str] = []
    for document, lines in groups.items():
        if len(groups) > 1:
            blocks.append(f"From {_plain(document)}:")
        blocks += lines
    return "\n\n".join([*blocks, f"*{NOTICE}*"])


def _quoted(content: str) -> str:
    """Keep the words as written, on one line, without marks that would read as citations."""
    line = " ".join(content.split())
    return _MARK.sub(r"(\1)", line)


def _plain(name: str) -> str:
    return re.sub(r"[\[\]()<>*_`\\#!|]", " ", name).strip()
