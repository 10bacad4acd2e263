"""Responses that stay open: a stream of bytes, for as long as somebody reads it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from app.api.interruption import Interrupted, Interruption


class Live(Stream):
    """A `Stream` of bytes that costs one small task beside the request's own.

    Litestar's runs two under a cancel scope, which is half of what a silent stream takes in memory.
    The generator is closed when the reader is gone.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes],
        *,
        media_type: str,
        headers: dict[str, str],
        status_code: int = 200,
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers, status_code=status_code)
        self._pieces = pieces

    def to_asgi_response(
        self,
        app: Litestar | None,
        request: Request[Any, Any, State],
        **given: Any,  # noqa: ANN401 - whatever the framework adds
    ) -> "ASGILive":
        """What is sent: the headers that the framework's own would send, the body our way."""
        # Litestar leaves the request's type parameters open here.
        plain = super().to_asgi_response(app, request, **given)  # pyright: ignore[reportUnknownMemberType]
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in plain.encode_headers()
        ]
        return ASGILive(
            self._pieces,
            headers=headers,
            status_code=plain.status_code,
            is_head_response=plain.is_head_response,
        )


class ASGILive(ASGIResponse):
    """Sends pieces until they end or their reader is gone."""

    _should_set_content_length = False

    def __init__(
        self,
        pieces: AsyncGenerator[bytes],
        *,
        headers: list[tuple[str, str]],
        status_code: int,
        is_head_response: bool,
    ) -> None:
        super().__init__(
            headers=headers, status_code=status_code, is_head_response=is_head_response
        )
        self._pieces = pieces

    async def send_body(self, send: Send, receive: Receive) -> None:
        """Send the pieces, each when it comes."""
        self.headers.headers.clear()  # They are sent; a stream may wait for hours.
        gone = Interruption()
        listening = asyncio.create_task(_until_gone(receive, gone.call))
        try:
            await gone.wait(self._send(send))
        except Interrupted:
            return
        finally:
            listening.cancel()

    async def _send(self, send: Send) -> None:
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, tell: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    tell()
