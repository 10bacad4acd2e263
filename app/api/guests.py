"""Sharing, for those who hold a link and nothing else (wire contract, section 9)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.credentials import client_of
from app.api.guarded import while_allowed
from app.api.live import Live
from app.api.questions import Key, clean, idempotency_of
from app.api.sharing_views import FollowUp, GuestView, guest_view
from app.api.streams import SILENCE_S, last_seen
from app.chat.chat import Chat
from app.chat.events import Failed
from app.sharing.guests import Guests
from app.sharing.showing import for_guests
from app.wire import lumen
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS

AnyRequest = Request[Any, Any, State]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]
CLOSED = "This link was closed."
FAREWELL = lumen.encode(None, Failed("CANCELLED", CLOSED, retryable=False))


@dataclass(frozen=True, slots=True)
class _Listening:
    """Follows answers for guests."""

    chat: Chat
    watch: AccessWatch

    def stream(self, message_id: UUID, standing: Standing, after: int = 0) -> Stream:
        """The answer's events behind number `after` until the link is closed."""
        events = while_allowed(self._bytes(message_id, after), self.watch, standing, FAREWELL)
        headers = {**STREAM_HEADERS, "X-Message-Id": str(message_id)}
        return Live(events, status_code=200, media_type=MEDIA_TYPE, headers=headers)

    async def _bytes(self, message_id: UUID, after: int) -> AsyncGenerator[bytes]:
        async with aclosing(self.chat.batches(message_id, after, idle_s=SILENCE_S)) as batches:
            async for batch in batches:
                pieces = (lumen.encode(number, for_guests(event)) for number, event in batch)
                yield b"".join(pieces) or HEARTBEAT


class GuestsController(Controller):
    """A shared conversation, by its link; no credential counts here, and the link nowhere else."""

    path = "/share/{token:str}"
    tags = ("sharing",)

    @get("/")
    async def read(
        self, request: AnyRequest, token: FromPath[str], guests: NamedDependency[Guests]
    ) -> GuestView:
        """The conversation as it stood when it was shared, and what guests asked since."""
        opened, messages = await guests.read(token, client_of(request).address)
        return guest_view(opened, messages)

    @post("/messages", status_code=200)
    async def ask(
        self,
        request: AnyRequest,
        token: FromPath[str],
        data: JSONBody[FollowUp],
        guests: NamedDependency[Guests],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        idempotency_key: Key = None,
    ) -> Stream:
        """Ask a follow-up; the answer streams."""
        message_id, standing = await guests.ask(
            token,
            clean(data.message),
            client_of(request).address,
            idempotency_of(request, idempotency_key, msgspec.json.encode(data)),
        )
        return _Listening(chat, watch).stream(message_id, standing)

    @get("/messages/{message_id:uuid}/stream")
    async def stream(
        self,
        request: AnyRequest,
        token: FromPath[str],
        message_id: FromPath[UUID],
        guests: NamedDependency[Guests],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        last_event_id: LastEventId = None,
        after: FromQuery[str | None] = None,
    ) -> Stream:
        """The rest of an answer to a follow-up, live or stored."""
        standing = await guests.resume(token, message_id, client_of(request).address)
        after_seq = last_seen(last_event_id, after)
        return _Listening(chat, watch).stream(message_id, standing, after_seq)
