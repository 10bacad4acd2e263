"""Answers by quoting the best sentences of the passages; no key, no network, nothing invented."""

import asyncio
import math
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

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
NOTICE: Final = "Quoted from your documents; no language model wrote this."
_ON_WEB: Final = "The web pages that were found do not answer this question."
_ANYWHERE: Final = "Neither the documents nor the web pages that were found answer this question."
_NOTICE_WEB: Final = "Quoted from web pages; no language model wrote this."
_NOTICE_BOTH: Final = "Quoted from your documents and from web pages; no language model wrote this."

MOST: Final = 5
"""Sentences an answer quotes at most."""
MOST_OF_PART: Final = 3
"""Sentences a report quotes at most for each of its parts."""
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


Quote: TypeAlias = tuple[PromptPassage, Sentence]
"""A sentence, and the passage in which it stands."""


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
        current: Gives the one to ask now, where that changes; asked once a question.
    """

    def __init__(
        self, embedder: Embedder, *, current: Callable[[], Embedder] | None = None
    ) -> None:
        self._current = current or (lambda: embedder)

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
        text = await self._text(request)
        for piece in _PIECE.findall(text):
            yield TextDelta(piece)
            await asyncio.sleep(0)
        prompt = sum(len(passage.text) for passage in request.passages) + len(request.question)
        yield Completed("stop", Usage(prompt // 4, len(text) // 4, estimated=True))

    async def _text(self, request: ChatRequest) -> str:
        if not request.parts:
            return render(await self.choose(request.question, request.passages), request.passages)
        by_number = {passage.index: passage for passage in request.passages}
        groups: list[tuple[str, list[Quote]]] = []
        quoted: set[str] = set()
        for part in request.parts:
            offered = [by_number[number] for number in part.passages if number in by_number]
            chosen = await self.choose(part.question, offered)
            fresh = [quote for quote in chosen[:MOST_OF_PART] if quote[1].content not in quoted]
            quoted |= {sentence.content for _, sentence in fresh}
            groups.append((part.question, fresh))
        return render_parts(groups, request.passages)

    async def choose(self, question: str, passages: Sequence[PromptPassage]) -> list[Quote]:
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
        embedder = self._current()
        query = await embedder.embed_query(question)
        vectors = await embedder.embed_passages([each.sentence.content for each in candidates])
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


def render(quotes: Sequence[Quote], offered: Sequence[PromptPassage] = ()) -> str:
    """Write the quotes as markdown, grouped by document, each with its `[n]`.

    Args:
        quotes: The best first.
        offered: The passages they were chosen from, which decide what is said about them.
    """
    if not quotes:
        return _of_what(offered, documents=NOT_FOUND, web=_ON_WEB, both=_ANYWHERE)
    return "\n\n".join([*_blocks(quotes), _notice(offered)])


def render_parts(
    groups: Sequence[tuple[str, Sequence[Quote]]], offered: Sequence[PromptPassage]
) -> str:
    """Write a report: the quotes of each part below its question; empty parts are left out."""
    blocks: list[str] = []
    for question, quotes in groups:
        if quotes:
            blocks += [f"## {_plain(question)}", *_blocks(quotes)]
    return "\n\n".join([*blocks, _notice(offered)]) if blocks else render((), offered)


def _blocks(quotes: Sequence[Quote]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for passage, sentence in quotes:
        lines = groups.setdefault(_origin(passage), [])
        lines.append(f"> {_quoted(sentence.content)} [{passage.index}]")
    blocks: list[str] = []
    for origin, lines in groups.items():
        if len(groups) > 1:
            blocks.append(f"From {_plain(origin)}:")
        blocks += lines
    return blocks


def _origin(passage: PromptPassage) -> str:
    name = passage.document_name
    return name if passage.site is None else f"{name} – {passage.site}"


def _notice(offered: Sequence[PromptPassage]) -> str:
    return f"*{_of_what(offered, documents=NOTICE, web=_NOTICE_WEB, both=_NOTICE_BOTH)}*"


def _of_what(offered: Sequence[PromptPassage], *, documents: str, web: str, both: str) -> str:
    kinds = {passage.site is None for passage in offered}
    if kinds == {True, False}:
        return both
    return web if kinds == {False} else documents


def _quoted(content: str) -> str:
    """Keep the words as written, on one line, without marks that would read as citations."""
    line = " ".join(content.split())
    return _MARK.sub(r"(\1)", line)


def _plain(name: str) -> str:
    return re.sub(r"[\[\]()<>*_`\\#!|]", " ", name).strip()
