"""What an answer is written from: numbered sources, and the same as passages of the prompt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TypeVar

from uuid_utils.compat import uuid7

from app.chat.events import Source
from app.chat.evidence import CitedSource
from app.chat.prompt import fit_passages
from providers.contract import PromptPassage, ReportPart
from providers.web_address import host_of
from retrieval.passage import Passage

SNIPPET_CHARS = 240
_UNNUMBERED = 0
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Material:
    """What was found.

    Attributes:
        sources: Numbered from 1.
        passages: The same, under the same numbers.
        parts: Of a report; empty where one answer is wanted.
    """

    sources: Sequence[CitedSource] = ()
    passages: Sequence[PromptPassage] = ()
    parts: Sequence[ReportPart] = ()


def material(found: Sequence[CitedSource], tokens: int) -> Material:
    """Number what was found, best first, as far as it fits the budget of a prompt."""
    numbered = [
        CitedSource(replace(each.source, index=index), each.text, each.pages)
        for index, each in enumerate(found, 1)
    ]
    fitting = fit_passages([_prompt_passage(each) for each in numbered], tokens)
    return Material(numbered[: len(fitting)], fitting)


def in_turn(*found: Sequence[_Thing]) -> list[_Thing]:
    """The best of each, then the second best of each: scores of different searches don't meet."""
    rounds = chain.from_iterable(zip_longest(*found))
    return [each for each in rounds if each is not None]


def from_document(passage: Passage) -> CitedSource:
    """A passage of a document, not numbered yet."""
    source = Source(
        index=_UNNUMBERED,
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        document_name=passage.document_name,
        document_version=passage.document_version,
        page_number=passage.page_number,
        start=passage.start,
        end=passage.end,
        snippet=snippet(passage.text),
        score=round(passage.score, 4),
    )
    return CitedSource(source, passage.text, passage.pages)


def from_web(*, url: str, title: str, text: str, score: float) -> CitedSource:
    """A passage of a web page, not numbered yet; its text is all there is of the page."""
    source = Source(
        index=_UNNUMBERED,
        chunk_id=uuid7(),
        document_id=None,
        document_name=title,
        document_version=None,
        page_number=None,
        start=0,
        end=len(text),
        snippet=snippet(text),
        score=round(score, 4),
        url=url,
    )
    return CitedSource(source, text)


def snippet(text: str, most: int = SNIPPET_CHARS) -> str:
    """The beginning of a text on one line, short enough for a card."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + "…"


def _prompt_passage(cited: CitedSource) -> PromptPassage:
    source = cited.source
    site = host_of(source.url) if source.url else None
    return PromptPassage(source.index, cited.text, source.document_name, source.page_number, site)
