"""How well answers are cited: asked as people ask, answered by the built-in answerer."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from app.chat.citations import CitationParser
from app.chat.events import Citation
from app.chat.evidence import cite
from app.chat.material import from_document, material
from app.chat.prompt import PromptBudget
from providers.contract import ChatModel, ChatRequest, TextDelta
from retrieval.evaluation.golden import Question
from retrieval.evaluation.metrics import Span
from retrieval.search import Search, SearchQuery

Pages = Mapping[str, Sequence[tuple[int, str]]]
"""Of each document by name, in order: where a page starts, and its text."""

_HEADER = (
    "| set | answered | citations | quote stands there | on the right page "
    "| sentences covered | of what answers |"
)
_MARK = re.compile(r"\[\d+\]")
_SAYS = re.compile(r"^> (?P<said>.+)$", re.MULTILINE)
"""A quoted sentence of an answer; what stands between them is the answerer's own."""


@dataclass(frozen=True, slots=True)
class CitationFigures:
    """Of one set; shares from 0 to 1.

    Attributes:
        answered: Questions that were answered; the others were refused.
        citations: In all of those answers.
        exact: Citations whose quote stands in the document at their offsets.
        on_page: Citations whose page holds the quote's first character.
        covered: Sentences of the answers behind which a citation stands that bears them out.
        gold: Citations of one of the places that answer the question; how many in the mean.
    """

    name: str
    answered: int
    citations: int
    exact: float
    on_page: float
    covered: float
    gold: float


async def measure(
    name: str,
    search: Search,
    model: ChatModel,
    project: UUID,
    asked: Iterable[Question],
    pages: Pages,
) -> CitationFigures:
    """Answer questions that can be answered, and look up what the answers cite.

    Raises:
        EmbedderFailed: The embedder failed.
    """
    exact: list[bool] = []
    on_page: list[bool] = []
    covered: list[bool] = []
    gold: list[float] = []
    for question in asked:
        text, citations = await _answer(search, model, project, question.text)
        if not citations:
            continue
        exact += [_stands_there(citation, pages) for citation in citations]
        on_page += [_page_holds(citation, pages) for citation in citations]
        covered += _covered(text, citations)
        gold.append(fmean(_hits(citation, question) for citation in citations))
    return CitationFigures(
        name, len(gold), len(exact), _share(exact), _share(on_page), _share(covered), _share(gold)
    )


async def _answer(
    search: Search, model: ChatModel, project: UUID, question: str
) -> tuple[str, Sequence[Citation]]:
    outcome = await search.passages(SearchQuery(project, question))
    if not outcome.relevant:
        return "", ()
    found = [from_document(passage) for passage in outcome.passages]
    offered = material(found, PromptBudget().passages)
    parser = CitationParser([passage.index for passage in offered.passages])
    request = ChatRequest((), question, offered.passages)
    parts = [
        parser.feed(item.text)
        async for item in model.stream(request)
        if isinstance(item, TextDelta)
    ]
    text = "".join([*parts, parser.flush()])
    return text, cite(text, parser.markers, offered.sources)


def _stands_there(citation: Citation, pages: Pages) -> bool:
    whole = "".join(text for _, text in pages[citation.document_name])
    return bool(citation.quote) and whole[citation.start : citation.end] == citation.quote


def _page_holds(citation: Citation, pages: Pages) -> bool:
    """Whether the page that is named is the one on which the quote begins, as it was read."""
    if citation.page_number is None:
        return len(pages[citation.document_name]) == 1
    starts = [start for start, _ in pages[citation.document_name]]
    return bisect_right(starts, citation.start) == citation.page_number


def _covered(text: str, citations: Sequence[Citation]) -> list[bool]:
    """Of each quoted sentence, whether a citation with its words stands behind it."""
    borne = {citation.index for citation in citations if citation.support in {"exact", "close"}}
    return [
        any(int(mark[1:-1]) in borne for mark in _MARK.findall(found["said"]))
        for found in _SAYS.finditer(text)
    ]


def _hits(citation: Citation, question: Question) -> bool:
    place = Span(citation.document_name, citation.start, citation.end)
    if question.gold:
        return any(place.overlaps(span) for span in question.gold)
    return citation.document_name in question.sources


def _share(outcomes: Sequence[float]) -> float:
    return fmean(outcomes) if outcomes else 0.0


def citations_table(figures: Iterable[CitationFigures]) -> str:
    """As a Markdown table, in percent."""
    return "\n".join(
        [
            _HEADER,
            "|---|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {f.name} | {f.answered} | {f.citations} | {f.exact:.1%} | {f.on_page:.1%} "
                f"| {f.covered:.1%} | {f.gold:.1%} |"
                for f in figures
            ),
        ]
    )
