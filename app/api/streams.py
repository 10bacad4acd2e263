"""An answer's events as an HTTP response: the one place that keeps a silent stream alive."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from litestar.response import Stream

from app.access.principal import Principal
from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import ENDED, while_allowed
from app.api.live import Live
from app.chat.chat import Chat
from app.chat.events import Failed
from app.wire import lumen
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS

SILENCE_S = 15.0

FAREWELL = lumen.encode(None, Failed("CANCELLED", ENDED, retryable=False))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a stream, watched over."""

    watch: AccessWatch
    principal: Principal
    project_id: UUID

    def while_allowed(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The stream until the reader's access ends."""
        standing = Standing.of(self.principal, self.project_id)
        return while_allowed(stream, self.watch, standing, FAREWELL)


def answer_stream(
    chat: Chat, message_id: UUID, reader: Reader, after: int = 0, *, silence_s: float = SILENCE_S
) -> Stream:
    """The answer's events behind number `after` in the native dialect."""
    return Live(
        reader.while_allowed(_bytes(chat, message_id, after, silence_s)),
        status_code=200,
        media_type=MEDIA_TYPE,
        headers={**STREAM_HEADERS, "X-Message-Id": str(message_id)},
    )


def last_seen(header: str | None, query: str | None) -> int:
    """The number that a client says it has; 0 for what is none."""
    given = (header or query or "").strip()
    return (
        int(given)
        if given.isascii() and given.isdecimal() and len(given) < len("2147483647")
        else 0
    )


async def _bytes(
    chat: Chat, message_id: UUID, after: int, silence_s: float
) -> AsyncGenerator[bytes]:
    async with aclosing(chat.batches(message_id, after, idle_s=silence_s)) as batches:
        async for batch in batches:
            # All that is there in one write: a fast answer costs no packet a word.
            yield b"".join(lumen.encode(number, event) for number, event in batch) or HEARTBEAT
