"""What guests see of an answer: its words, and the quotes that it cites. Nothing leads further.

The project's other passages, ids that name its documents, models and providers, and what upstreams
said when they failed are taken out here, before any wire format sees them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.aged import Aged
from app.chat.aging import aged
from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    Finished,
    PassagesFound,
    Source,
    Stage,
    Started,
    Text,
)
from app.chat.tables import Message

MODEL = "lumen"
FAILED = "The answer could not be finished. Try again later."


@dataclass(frozen=True, slots=True)
class Quote:
    """The evidence behind one `[n]`, for reading in place.

    Attributes:
        url: Of a page of the web, `http` or `https`.
        is_stale: It stands in its document no more, or that is gone.
        version: The version of the document that was read, where that is known.
    """

    index: int
    document_name: str
    page_number: int | None
    quote: str
    support: str
    url: str | None
    is_stale: bool
    version: int | None


@dataclass(frozen=True, slots=True)
class Quoting:
    """A message that is kept, with the quotes that it cites."""

    message: Message
    quotes: Sequence[Quote]


async def quoting(
    session: AsyncSession, project_id: UUID, messages: Sequence[Message]
) -> list[Quoting]:
    """These messages of one of the project's conversations, their quotes as they stand now."""
    cited = await aged(session, project_id, messages)
    return [Quoting(each, [_quote(one) for one in cited[each.id]]) for each in messages]


def _quote(cited: Aged) -> Quote:
    citation, moved = cited.citation, cited.moved
    return Quote(
        citation.index,
        citation.document_name,
        citation.page_number if moved is None else moved.page_number,
        citation.quote,
        citation.support,
        _safe(citation.url),
        cited.is_stale,
        citation.document_version,
    )


def for_guests(event: AnswerEvent) -> AnswerEvent:
    """An event with what is nobody's business outside taken out."""
    shown = event
    match event:
        case Started():
            shown = replace(event, model=MODEL)
        case Stage():
            shown = replace(event, detail=None)
        case PassagesFound():
            shown = PassagesFound(tuple(map(_number_of, event.sources)))
        case Finished():
            shown = replace(event, citations=tuple(_cited(event.citations)))
        case Failed():
            shown = replace(event, detail=FAILED)
        case Text():
            pass
        case _:
            assert_never(event)
    return shown


def _number_of(source: Source) -> Source:
    """A source as the number that the answer may cite it by; its words come with what is cited."""
    return replace(
        source,
        chunk_id=_opaque(source.index),
        document_id=None,
        document_version=None,
        start=0,
        end=0,
        snippet="",
        url=_safe(source.url),
    )


def _cited(citations: Iterable[Citation]) -> Iterable[Citation]:
    for each in citations:
        yield replace(
            each,
            chunk_id=_opaque(each.index),
            document_id=None,
            document_version=None,
            url=_safe(each.url),
        )


def _opaque(index: int) -> UUID:
    """An id that joins a citation to its source and says nothing else."""
    return UUID(int=index)


def _safe(url: str | None) -> str | None:
    """The address where it is one of the web; guests follow no other."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None
