"""The events of an answer: one union that every dialect encodes.

The field names are ours; how they look on a wire is decided in `app.wire`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

Mode: TypeAlias = Literal["docs", "web", "deep"]
StageName: TypeAlias = Literal["rewriting", "searching", "reading", "writing"]
Support: TypeAlias = Literal["exact", "close", "weak", "none"]
FinishReason: TypeAlias = Literal["stop", "length", "content_filter", "stopped"]
FailureCode: TypeAlias = Literal[
    "LLM_API_ERROR",
    "LLM_TIMEOUT",
    "LLM_KEY_MISSING",
    "LLM_STREAM_CUT",
    "SEARCH_API_ERROR",
    "EMBEDDER_ERROR",
    "CANCELLED",
    "INTERNAL",
]


@dataclass(frozen=True, slots=True)
class Started:
    """Always first."""

    conversation_id: UUID
    message_id: UUID
    model: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Stage:
    """What the engine is doing now."""

    stage: StageName
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage offered to the model, under the number by which the answer cites it.

    Attributes:
        index: From 1.
        start: Offset of the passage in the document's text (of `document_version`).
        snippet: The passage's beginning, short enough for a card.
        score: In [0, 1], higher is better.
        chunk_id: For a page of the web, an id of its own: under it the source can be read again.
        document_id: None for a page of the web, which has a `url`.
        document_name: For a page of the web, its title.
        document_version: None for a page of the web.
    """

    index: int
    chunk_id: UUID
    document_id: UUID | None
    document_name: str
    document_version: int | None
    page_number: int | None
    start: int
    end: int
    snippet: str
    score: float
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The numbered sources; before the first `Text`, empty where nothing relevant was found."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Some more of the answer; never empty, and every `[n]` in it resolves to a source sent."""

    delta: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The evidence behind one `[n]` of the answer.

    Attributes:
        start: Offset of `quote` in the document's text; `document text[start:end] == quote`.
        support: How well the quote carries the sentence that cites it.
        document_version: The version that was read; None for a page of the web, and in answers
            from before it was kept.
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
    url: str | None = None
    document_version: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole (or was stopped by its reader) and stored.

    Attributes:
        model: Who wrote it, where that is not the model that `Started` named.
        searches: Web searches that it took.
    """

    message_id: UUID
    prompt_tokens: int
    completion_tokens: int
    finish_reason: FinishReason
    citations: tuple[Citation, ...]
    model: str | None = None
    searches: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer is not whole; the text sent before stands and is stored, marked as failed."""

    code: FailureCode
    detail: str
    retryable: bool
    searches: int = 0


AnswerEvent: TypeAlias = Started | Stage | PassagesFound | Text | Finished | Failed
Closing: TypeAlias = Finished | Failed
