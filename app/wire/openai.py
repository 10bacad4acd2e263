"""Chat completions (wire contract, section 8): answer events in the shape that OpenAI's have.

Sources and citations ride in fields of our own, beside the last delta or the whole message, with
the names that they have in the native dialect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, assert_never

from msgspec import UNSET, Struct, UnsetType

from app.chat.events import (
    AnswerEvent,
    Failed,
    FailureCode,
    Finished,
    FinishReason,
    PassagesFound,
    Source,
    Stage,
    Started,
    Text,
)
from app.wire.lumen import CitationView, SourceCard, citation_view, source_card
from app.wire.sse import frame, json

DONE = b"data: [DONE]\n\n"

_ENDS: dict[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    # An answer that was cut is not whole, and this dialect has no better word for it.
    "stopped": "length",
}
_STATUS: dict[FailureCode, int] = {
    "LLM_API_ERROR": 502,
    "LLM_TIMEOUT": 504,
    "LLM_KEY_MISSING": 502,
    "LLM_STREAM_CUT": 502,
    "SEARCH_API_ERROR": 502,
    "EMBEDDER_ERROR": 503,
    "CANCELLED": 503,
    "INTERNAL": 500,
}


@dataclass(frozen=True, slots=True)
class Head:
    """What every piece of one completion repeats.

    Attributes:
        id: Of the completion.
        model: As the caller named it.
        created: Seconds since 1970.
    """

    id: str
    model: str
    created: int


class Delta(Struct, frozen=True, omit_defaults=True):
    """What a piece adds to the message."""

    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET
    sources: list[SourceCard] | UnsetType = UNSET
    citations: list[CitationView] | UnsetType = UNSET


class ChunkChoice(Struct, frozen=True):
    """The one choice of a piece."""

    delta: Delta
    finish_reason: str | None = None
    index: int = 0
    logprobs: None = None


class Usage(Struct, frozen=True):
    """Tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Chunk(Struct, frozen=True):
    """A piece of a streamed completion."""

    id: str
    created: int
    model: str
    choices: list[ChunkChoice]
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    usage: Usage | UnsetType | None = UNSET
    sources: list[SourceCard] | UnsetType = UNSET
    citations: list[CitationView] | UnsetType = UNSET


class Message(Struct, frozen=True):
    """The whole answer."""

    content: str
    sources: list[SourceCard]
    citations: list[CitationView]
    role: Literal["assistant"] = "assistant"
    refusal: None = None


class Choice(Struct, frozen=True):
    """The one choice of a completion."""

    message: Message
    finish_reason: str
    index: int = 0
    logprobs: None = None


class Completion(Struct, frozen=True):
    """A completion in one piece."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    sources: list[SourceCard]
    citations: list[CitationView]
    object: Literal["chat.completion"] = "chat.completion"


class Trouble(Struct, frozen=True):
    """What is wrong, as OpenAI says it."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorBody(Struct, frozen=True):
    """The body of every refusal, and the last word of a stream that broke."""

    error: Trouble


class ChunkStream:
    """Encodes one answer as a stream of pieces.

    Args:
        head: What every piece repeats.
        include_usage: Whether the caller asked for a piece with the tokens.
    """

    def __init__(self, head: Head, *, include_usage: bool = False) -> None:
        self._head = head
        self._include_usage = include_usage
        self._sources: list[SourceCard] = []

    def encode(self, event: AnswerEvent) -> bytes:
        """The bytes of one event; none for what this dialect has no word for."""
        match event:
            case Started():
                return self._piece(Delta(role="assistant", content=""))
            case Stage() | PassagesFound():
                if isinstance(event, PassagesFound):
                    self._sources = _cards(event.sources)
                return b""
            case Text():
                return self._piece(Delta(content=event.delta))
            case Finished():
                return self._last(event)
            case Failed():
                # No `[DONE]` behind it: what was sent is not the whole answer.
                return frame(json(ErrorBody(trouble(event))))
            case _:
                assert_never(event)

    def _last(self, event: Finished) -> bytes:
        citations = [citation_view(each) for each in event.citations]
        delta = Delta(sources=self._sources, citations=citations)
        last = self._chunk(
            [ChunkChoice(delta, _ENDS[event.finish_reason])],
            sources=self._sources,
            citations=citations,
        )
        spent = frame(json(self._chunk([], usage=_usage(event)))) if self._include_usage else b""
        return frame(json(last)) + spent + DONE

    def _piece(self, delta: Delta) -> bytes:
        return frame(json(self._chunk([ChunkChoice(delta)])))

    def _chunk(
        self,
        choices: list[ChunkChoice],
        *,
        usage: Usage | None = None,
        sources: list[SourceCard] | UnsetType = UNSET,
        citations: list[CitationView] | UnsetType = UNSET,
    ) -> Chunk:
        head = self._head
        return Chunk(
            id=head.id,
            created=head.created,
            model=head.model,
            choices=choices,
            usage=usage if self._include_usage else UNSET,
            sources=sources,
            citations=citations,
        )


def completion(head: Head, events: Iterable[AnswerEvent]) -> Completion | Failed | None:
    """The whole answer in one piece; how it failed; None where its end is missing."""
    sources: list[SourceCard] = []
    text: list[str] = []
    for event in events:
        match event:
            case PassagesFound():
                sources = _cards(event.sources)
            case Text():
                text.append(event.delta)
            case Failed():
                return event
            case Finished():
                citations = [citation_view(each) for each in event.citations]
                message = Message("".join(text), sources, citations)
                return Completion(
                    id=head.id,
                    created=head.created,
                    model=head.model,
                    choices=[Choice(message, _ENDS[event.finish_reason])],
                    usage=_usage(event),
                    sources=sources,
                    citations=citations,
                )
            case Started() | Stage():
                continue
            case _:
                assert_never(event)
    return None


def trouble(failed: Failed) -> Trouble:
    """A failure in this dialect's words."""
    return Trouble(failed.detail, kind_of(status_of(failed)), code=failed.code)


def status_of(failed: Failed) -> int:
    """The HTTP status of an answer that failed before any of it was sent."""
    if failed.code == "CANCELLED" and not failed.retryable:
        return 403
    return _STATUS[failed.code]


def kind_of(status: int) -> str:
    """The `type` of an error, by its HTTP status."""
    if status >= 500:  # noqa: PLR2004 - ours, not the caller's
        return "server_error"
    return "rate_limit_error" if status == 429 else "invalid_request_error"  # noqa: PLR2004


def _cards(sources: Iterable[Source]) -> list[SourceCard]:
    return [source_card(each) for each in sources]


def _usage(event: Finished) -> Usage:
    spent, written = event.prompt_tokens, event.completion_tokens
    return Usage(spent, written, spent + written)
