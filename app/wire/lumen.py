"""The native dialect (wire contract, section 5): answer events as named server-sent events."""

from typing import assert_never
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, structs

from app.chat.aged import Aged
from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    FailureCode,
    Finished,
    FinishReason,
    Mode,
    PassagesFound,
    Source,
    Stage,
    StageName,
    Started,
    Support,
    Text,
)
from app.wire.sse import frame, json


class Meta(Struct, rename="camel", frozen=True):
    """Data of `meta`."""

    conversation_id: UUID
    message_id: UUID
    model: str
    mode: Mode


class Status(Struct, rename="camel", frozen=True):
    """Data of `status`."""

    stage: StageName
    detail: str | UnsetType = UNSET


class SourceCard(Struct, rename="camel", frozen=True):
    """One entry of `sources`."""

    id: UUID
    index: int
    document_id: UUID | None
    document_name: str
    page_number: int | None
    snippet: str
    score: float
    url: str | UnsetType = UNSET


class Sources(Struct, rename="camel", frozen=True):
    """Data of `sources`."""

    chunks: list[SourceCard]


class Delta(Struct, rename="camel", frozen=True):
    """Data of `text`."""

    delta: str


class PlaceView(Struct, rename="camel", frozen=True):
    """Where a quote stands in the version of its document that answers now."""

    start: int
    end: int
    page_number: int | None


class CitationView(Struct, rename="camel", frozen=True):
    """A citation, in `done` and wherever an answer is read later.

    Read later, it may say more. `stale`: its quote stands in the document no more, or the document
    is gone. `now`: where the quote stands since the document has changed. Both come with the
    version that was read, where it is known, and the one that answers now (null: the document is
    gone).
    """

    index: int
    chunk_id: UUID
    document_id: UUID | None
    document_name: str
    page_number: int | None
    start: int
    end: int
    quote: str
    support: Support
    url: str | UnsetType = UNSET
    stale: bool | UnsetType = UNSET
    now: PlaceView | UnsetType = UNSET
    document_version: int | UnsetType = UNSET
    current_version: int | UnsetType | None = UNSET


class Done(Struct, rename="camel", frozen=True):
    """Data of `done`."""

    message_id: UUID
    total_tokens: int
    prompt_tokens: int
    completion_tokens: int
    finish_reason: FinishReason
    citations: list[CitationView]


class Problem(Struct, rename="camel", frozen=True, tag="error", tag_field="type"):
    """Data of `error`."""

    message: FailureCode
    detail: str
    retryable: bool


def encode(number: int | None, event: AnswerEvent) -> bytes:
    """The bytes of one event, under its number; None for a last word that is in no log."""
    match event:
        case Started():
            name, data = "meta", _meta(event)
        case Stage():
            name, data = "status", Status(event.stage, _given(event.detail))
        case PassagesFound():
            name, data = "sources", Sources([source_card(source) for source in event.sources])
        case Text():
            name, data = "text", Delta(event.delta)
        case Finished():
            name, data = "done", _done(event)
        case Failed():
            name, data = "error", Problem(event.code, event.detail, event.retryable)
        case _:
            assert_never(event)
    return frame(json(data), event=name, number=number)


def citation_view(citation: Citation) -> CitationView:
    """The wire form of a citation."""
    return CitationView(
        index=citation.index,
        chunk_id=citation.chunk_id,
        document_id=citation.document_id,
        document_name=citation.document_name,
        page_number=citation.page_number,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        support=citation.support,
        url=_given(citation.url),
    )


def aged_view(aged: Aged) -> CitationView:
    """The wire form of a citation that is read later."""
    view = citation_view(aged.citation)
    moved = aged.moved
    if moved is None and not aged.is_stale:
        return view
    version = aged.citation.document_version
    return structs.replace(
        view,
        stale=True if aged.is_stale else UNSET,
        now=UNSET if moved is None else PlaceView(moved.start, moved.end, moved.page_number),
        document_version=UNSET if version is None else version,
        current_version=aged.current,
    )


def _meta(event: Started) -> Meta:
    return Meta(event.conversation_id, event.message_id, event.model, event.mode)


def source_card(source: Source) -> SourceCard:
    """The wire form of a source."""
    return SourceCard(
        id=source.chunk_id,
        index=source.index,
        document_id=source.document_id,
        document_name=source.document_name,
        page_number=source.page_number,
        snippet=source.snippet,
        score=source.score,
        url=_given(source.url),
    )


def _done(event: Finished) -> Done:
    return Done(
        message_id=event.message_id,
        total_tokens=event.prompt_tokens + event.completion_tokens,
        prompt_tokens=event.prompt_tokens,
        completion_tokens=event.completion_tokens,
        finish_reason=event.finish_reason,
        citations=[citation_view(citation) for citation in event.citations],
    )


def _given(value: str | None) -> str | UnsetType:
    return UNSET if value is None else value
