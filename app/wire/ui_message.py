"""The Vercel AI SDK's UI message stream, version 1: answer events as the parts it is made of.

Sources are parts of the message; citations are data parts that follow the text, when it is known
which passages carry it. What the engine is doing is told in passing, and not kept in the message.
"""

from mimetypes import guess_type
from typing import Any, assert_never

from app.chat.events import (
    AnswerEvent,
    Citation,
    Failed,
    Finished,
    FinishReason,
    PassagesFound,
    Source,
    Stage,
    Started,
    Text,
)
from app.wire.lumen import citation_view, source_card
from app.wire.sse import frame, json

HEADERS = {"x-vercel-ai-ui-message-stream": "v1"}
DONE = b"data: [DONE]\n\n"

_TEXT = "answer"  # One text a message: its id need not differ.
_UNKNOWN_TYPE = "application/octet-stream"
_ENDS: dict[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
}


class UiMessageStream:
    """Encodes one answer, from its beginning."""

    def __init__(self) -> None:
        self._is_writing = False

    def encode(self, event: AnswerEvent) -> bytes:
        """The bytes of one event; the last one's end the stream."""
        match event:
            case Started():
                parts = [_start(event)]
            case Stage():
                data = {"stage": event.stage, "detail": event.detail}
                parts = [{"type": "data-status", "data": data, "transient": True}]
            case PassagesFound():
                parts = [_source(source) for source in event.sources]
            case Text():
                parts = [*self._begun(), _part("text-delta", id=_TEXT, delta=event.delta)]
            case Finished():
                return self._last([*map(_citation, event.citations), _end(event)])
            case Failed():
                return self._last([_part("error", errorText=event.detail)])
            case _:
                assert_never(event)
        return b"".join(frame(json(part)) for part in parts)

    def _begun(self) -> list[dict[str, Any]]:
        if self._is_writing:
            return []
        self._is_writing = True
        return [_part("text-start", id=_TEXT)]

    def _last(self, parts: list[dict[str, Any]]) -> bytes:
        ended = [_part("text-end", id=_TEXT)] if self._is_writing else []
        return b"".join(frame(json(part)) for part in [*ended, *parts]) + DONE


def _part(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever is JSON
    return {"type": kind, **fields}


def _start(event: Started) -> dict[str, Any]:
    told = {
        "conversationId": event.conversation_id,
        "messageId": event.message_id,
        "model": event.model,
        "mode": event.mode,
    }
    return _part("start", messageId=str(event.message_id), messageMetadata=told)


def _source(source: Source) -> dict[str, Any]:
    known = {"lumen": source_card(source)}
    name, identity = source.document_name, str(source.chunk_id)
    if source.url is not None:
        return _part(
            "source-url", sourceId=identity, url=source.url, title=name, providerMetadata=known
        )
    return _part(
        "source-document",
        sourceId=identity,
        mediaType=guess_type(name)[0] or _UNKNOWN_TYPE,
        title=name,
        filename=name,
        providerMetadata=known,
    )


def _citation(citation: Citation) -> dict[str, Any]:
    return _part("data-citation", id=f"citation-{citation.index}", data=citation_view(citation))


def _end(event: Finished) -> dict[str, Any]:
    if event.finish_reason == "stopped":
        return _part("abort", reason="The answer was stopped.")
    spent = {
        "promptTokens": event.prompt_tokens,
        "completionTokens": event.completion_tokens,
        "totalTokens": event.prompt_tokens + event.completion_tokens,
    }
    return _part("finish", finishReason=_ENDS[event.finish_reason], messageMetadata=spent)
