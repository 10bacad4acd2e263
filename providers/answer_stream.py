"""Chat completion chunks to text: what counts as a whole answer is decided here; no I/O."""

from typing import Any, Final

import msgspec

from providers.contract import ChatRequest, Completed, FinishReason, TextDelta, Usage
from providers.endpoint import plain_code
from providers.errors import ProviderError, StreamCut, UpstreamRefused
from providers.sse import ServerEvent
from providers.tool_calls import CallPiece, ToolCalls

_CHARACTERS_A_TOKEN: Final = 4
"""Of English text, by OpenAI's own rule of thumb; used where the upstream counts nothing."""
_FINE: Final = 200
"""The status under which something came that is no answer."""

_FINISH: Final[dict[str, FinishReason]] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[CallPiece] | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


class AnswerReading:
    """Reads one answer. Feed events; ask `is_over`; then take `completed()`.

    Args:
        request: Whose prompt is estimated where the upstream counts none.
        characters: An answer that grows beyond it ends as `length`.
    """

    def __init__(self, request: ChatRequest, *, characters: int) -> None:
        self._request = request
        self._limit = characters
        self._written = 0
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None
        self._calls = ToolCalls()
        self._decoder = msgspec.json.Decoder(_Chunk)
        self.is_over = False

    @property
    def is_whole(self) -> bool:
        """Whether a finish reason arrived; the usage may still follow."""
        return self._finish is not None

    def take(self, event: ServerEvent) -> TextDelta | None:
        """Take an event; give its text, if it has any.

        Raises:
            UpstreamRefused: The upstream reports an error, or what it sends is no answer.
            StreamCut: Text arrived, then something that is no chunk.
        """
        if event.data.strip() == b"[DONE]":
            self.is_over = True
            return None
        if event.event == "error":
            reported = _reported(event.data)
            raise reported
        chunk = self._decoded(event.data)
        if chunk.error:
            reported = _reported(event.data)
            raise reported
        if chunk.usage is not None:
            self._usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        if self.is_whole:
            return None
        return self._text(chunk.choices or [])

    def _decoded(self, data: bytes) -> _Chunk:
        try:
            return self._decoder.decode(data.decode(errors="replace"))
        except (msgspec.DecodeError, RecursionError) as error:
            if self.is_whole:
                return _Chunk()
            raise self._broken("the provider sent something that is no answer") from error

    def _broken(self, detail: str) -> ProviderError:
        return StreamCut(detail) if self._written else UpstreamRefused(detail, status=_FINE)

    def _text(self, choices: list[_Choice]) -> TextDelta | None:
        text = ""
        for choice in choices:
            if choice.index != 0:
                continue
            # Postgres refuses NUL, and no reader misses it.
            text += ((choice.delta and choice.delta.content) or "").replace("\0", "")
            if choice.delta and choice.delta.tool_calls:
                self._hear(choice.delta.tool_calls)
            if choice.finish_reason:
                self._finish = _FINISH.get(choice.finish_reason, "stop")
        if self._written + len(text) > self._limit:
            text = text[: max(self._limit - self._written, 0)]
            self._finish, self.is_over = "length", True
        self._written += len(text)
        return TextDelta(text) if text else None

    def _hear(self, pieces: list[CallPiece]) -> None:
        if self._request.tools:
            # What a call is written with counts as the answer's own.
            self._written += sum(self._calls.feed(piece) for piece in pieces)

    def completed(self) -> Completed:
        """Close the answer.

        Raises:
            StreamCut: No finish reason arrived: the answer is not whole.
        """
        if self._finish is None:
            raise StreamCut("the provider's stream ended before the answer was whole")
        usage = self._usage or self._estimate()
        return Completed(self._finish, usage, tool_calls=self._calls.whole())

    def _estimate(self) -> Usage:
        prompt = sum(len(message.content) for message in self._request.messages)
        return Usage(
            -(-prompt // _CHARACTERS_A_TOKEN),
            -(-self._written // _CHARACTERS_A_TOKEN),
            estimated=True,
        )


def _reported(data: bytes) -> UpstreamRefused:
    try:
        code = plain_code(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        code = ""
    return UpstreamRefused(f"the provider reported an error while answering{code}")
