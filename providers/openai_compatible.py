"""Answers by any OpenAI-compatible endpoint.

The official client sends, signs and raises; the stream is read from its bytes, because its own
reading holds a stream without an end for a whole answer.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from itertools import islice
from typing import Any, Final

import httpx2

from providers.answer_stream import AnswerReading
from providers.contract import ChatRequest, Completed, PromptMessage, TextDelta, Tool
from providers.endpoint import OpenAIEndpoint
from providers.errors import ProviderError, StreamCut, UpstreamRefused, UpstreamTimeout
from providers.sse import LineTooLong, SseDecoder

_GRACE: Final = 5.0
"""Seconds; how long an upstream may take from the finish reason to its usage."""
_REJECTED: Final = (400, 422)
_FINE: Final = 200
_SILENT_PAUSE: Final = 1.0
"""Seconds that a reader waits without being told why."""
MOST_MODELS: Final = 1000
_LONGEST_NAME: Final = 200


class OpenAIChatModel:
    """A `ChatModel` at an endpoint.

    Args:
        slug: The provider's, first half of the name.
        model: As the endpoint calls it.
    """

    def __init__(self, endpoint: OpenAIEndpoint, *, slug: str, model: str) -> None:
        self._endpoint = endpoint
        self._slug = slug
        self._model = model

    @property
    def name(self) -> str:
        """`slug/model`."""
        return f"{self._slug}/{self._model}"

    @property
    def is_generative(self) -> bool:
        """It follows instructions."""
        return True

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completed]:
        """Yield the text as it is produced, then exactly one `Completed`.

        Closing the iterator closes the connection, which stops the upstream.

        Raises:
            ProviderError: The answer failed or was cut; what was yielded before stands.
        """
        limits = self._endpoint.limits
        reading = AnswerReading(request, characters=limits.characters)
        deadline = asyncio.get_running_loop().time() + limits.whole
        async with AsyncExitStack() as stack:
            body = await self._opened(stack, request)
            pieces = await stack.enter_async_context(aclosing(self._read(body, reading, deadline)))
            async for piece in pieces:
                yield piece
        yield reading.completed()

    async def _read(
        self, body: AsyncIterator[bytes], reading: AnswerReading, deadline: float
    ) -> AsyncGenerator[TextDelta]:
        decoder = SseDecoder()
        while not reading.is_over:
            chunk = await self._next(body, reading, deadline)
            if chunk is None:
                return
            try:
                events = decoder.feed(chunk)
            except LineTooLong as error:
                detail = "the provider sent a line without an end"
                raise UpstreamRefused(detail, status=_FINE) from error
            for event in events:
                if (delta := reading.take(event)) is not None:
                    yield delta
                if reading.is_over:
                    break

    async def _next(
        self, body: AsyncIterator[bytes], reading: AnswerReading, deadline: float
    ) -> bytes | None:
        """Give some more bytes; None at the end, or when a whole answer's rest does not come.

        Raises:
            ProviderError: The stream stalled or broke before the answer was whole.
        """
        now = asyncio.get_running_loop().time()
        until = min(deadline, now + _GRACE) if reading.is_whole else deadline
        try:
            async with asyncio.timeout_at(until):
                return await anext(body, None)
        except (TimeoutError, httpx2.TransportError, httpx2.StreamError) as error:
            if reading.is_whole:
                return None
            failure = self._broken(error)
            raise failure from error

    def _broken(self, error: Exception) -> ProviderError:
        if isinstance(error, httpx2.TimeoutException):
            return UpstreamTimeout(f"nothing arrived for {self._endpoint.limits.idle:g} s")
        if isinstance(error, TimeoutError):
            whole = self._endpoint.limits.whole
            return UpstreamTimeout(f"the answer was not whole after {whole:g} s")
        return StreamCut("the connection to the provider broke")

    async def _opened(self, stack: AsyncExitStack, request: ChatRequest) -> AsyncIterator[bytes]:
        payload = _payload(self._model, request)
        if not self._endpoint.knows_stream_options:
            del payload["stream_options"]
            return await self._attempt(stack, payload)
        try:
            return await self._attempt(stack, payload)
        except UpstreamRefused as refusal:
            if refusal.status not in _REJECTED:
                raise
            # Some endpoints know no `stream_options`; without them the usage is an estimate.
            del payload["stream_options"]
            body = await self._attempt(stack, payload)
            self._endpoint.knows_stream_options = False
            return body

    async def _attempt(
        self, stack: AsyncExitStack, payload: dict[str, Any]
    ) -> AsyncIterator[bytes]:
        # A longer pause is for the catalog to keep: it can say so to the reader.
        return await self._endpoint.attempt(
            lambda: self._open(stack, payload), patience=_SILENT_PAUSE
        )

    async def _open(self, stack: AsyncExitStack, payload: dict[str, Any]) -> AsyncIterator[bytes]:
        create: Callable[..., Any] = (
            self._endpoint.client.chat.completions.with_streaming_response.create
        )
        response: Any = await stack.enter_async_context(create(**payload))
        kind: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in {"text/html", "application/json", "application/xhtml+xml"}:
            detail = f"{response.status_code} the provider sent {kind}, not a stream; check its URL"
            raise UpstreamRefused(detail, status=response.status_code)
        body: AsyncIterator[bytes] = response.http_response.aiter_bytes()
        return body


async def list_models(endpoint: OpenAIEndpoint) -> list[str]:
    """Read the endpoint's own list of models, in its order, each once, at most 1000.

    Raises:
        UpstreamRefused: The endpoint refused, or what it sent is no list.
    """
    page: Any = await endpoint.attempt(endpoint.client.models.with_raw_response.list)
    try:
        names = [str(entry["id"]) for entry in page.http_response.json()["data"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        detail = "the provider sent no list of models; check its URL"
        raise UpstreamRefused(detail, status=_FINE) from error
    sound = (name for name in dict.fromkeys(names) if 0 < len(name) <= _LONGEST_NAME)
    return list(islice(sound, MOST_MODELS))


def _payload(model: str, request: ChatRequest) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "model": model,
        "messages": [_message(each) for each in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None:
        payload["temperature"] = request.temperature
    if request.max_tokens is not None:
        payload["max_tokens"] = request.max_tokens
    if request.tools:
        payload["tools"] = [_tool(each) for each in request.tools]
    return payload


def _message(message: PromptMessage) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        # As the endpoint itself says nothing; an empty text some refuse.
        sent["content"] = message.content or None
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return sent


def _tool(tool: Tool) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": dict(tool.parameters),
        },
    }
