"""Reading pages of the web: of each the few stretches that speak of what is looked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.contract import Embedder, WebResult
from providers.errors import EmbedderFailed
from providers.sentences import split_sentences
from providers.words import words_of

STRETCH_CHARS = 700  # About what the embedding model reads whole.
WEIGHED_OF_PAGE = 12  # Stretches of a page that are embedded: those that share most words.
KEPT_OF_PAGE = 2
KEPT_OF_SEARCH = 6
MEANING = 0.7  # Of meaning against words in a stretch's score.
LEAST = 0.2  # Stretches below it have little to do with what is looked for.


@dataclass(frozen=True, slots=True)
class Extract:
    """A stretch of a page.

    Attributes:
        start: Offset in the page's text.
        score: How well it fits what was looked for, in [0, 1].
    """

    page: WebResult
    start: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    page: WebResult
    start: int
    text: str
    overlap: float


async def read_pages(
    query: str, pages: Sequence[WebResult], embedder: Embedder
) -> Sequence[Extract]:
    """The stretches of these pages that fit the query, the best first.

    Where the embedding model fails, words alone decide.
    """
    asked = frozenset(words_of(query))
    stretches = [stretch for page in pages for stretch in _weighed(page, asked)]
    if not stretches:
        return ()
    try:
        vector = (await embedder.embed_query(query))[0]
        vectors = await embedder.embed_passages([stretch.text for stretch in stretches])
        meanings = [max(float(each @ vector), 0.0) for each in vectors]
    except EmbedderFailed:
        meanings = [stretch.overlap for stretch in stretches]
    extracts = [
        Extract(each.page, each.start, each.text, MEANING * meaning + (1 - MEANING) * each.overlap)
        for each, meaning in zip(stretches, meanings, strict=True)
    ]
    extracts.sort(key=lambda each: (-each.score, each.page.url, each.start))
    return _few(extracts)


def _few(extracts: Sequence[Extract]) -> list[Extract]:
    kept: list[Extract] = []
    of_page: dict[str, int] = {}
    for extract in extracts:
        count = of_page.get(extract.page.url, 0)
        if extract.score >= LEAST and count < KEPT_OF_PAGE:
            of_page[extract.page.url] = count + 1
            kept.append(extract)
    return kept[:KEPT_OF_SEARCH]


def _weighed(page: WebResult, asked: frozenset[str]) -> list[_Stretch]:
    stretches = [
        _Stretch(page, start, text, _overlap(text, asked))
        for start, text in _stretches(page.page or page.content)
    ]
    # Of equals, what stands first says most of what a page is about.
    return sorted(stretches, key=lambda each: (-each.overlap, each.start))[:WEIGHED_OF_PAGE]


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """Whole sentences, as many as a stretch holds; `text[start:][:len(stretch)] == stretch`."""
    start = end = 0
    for sentence in split_sentences(text):
        if end > start and sentence.end - start > STRETCH_CHARS:
            yield start, text[start:end]
            start = sentence.start
        elif end == start:
            start = sentence.start
        end = sentence.end
    if end > start:
        yield start, text[start:end]


def _overlap(text: str, asked: frozenset[str]) -> float:
    return len(asked & set(words_of(text))) / len(asked) if asked else 0.0
