"""Chat by lines of JSON, or in one piece (wire contract, section 7c)."""

import re
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Stream

from app.access.watch import AccessWatch
from app.api.bodies import Body
from app.api.customers.asking import admitted, question, read, sent_once
from app.api.customers.refusals import handlers
from app.api.customers.streams import Telling, once, streamed
from app.chat.chat import Chat
from app.chat.events import Failed, Finished, Text
from app.desk.admission import Admitted
from app.desk.asking import Reply
from app.desk.desk import Desk
from app.errors import InvalidRequest
from app.wire.ndjson import MEDIA_TYPE, Ndjson
from app.wire.piece import HANDED_OVER

AnyRequest = Request[Any, Any, State]

_SESSION: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_BODIES: Final = {
    429: "Too many requests",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    409: "Idempotency-Key was used with another request",
    400: "Invalid request payload",
    500: "Internal server error",
}


class Given(Body):
    """What is sent; each part is looked at by itself."""

    session_id: object = None
    message: object = None


class WholeView(Body):
    """The answer in one piece."""

    conversation_id: UUID
    message: str


class Unanswered(Exception):
    """The answer is not whole."""


def _told(status: int, _: Exception) -> str:
    return _BODIES[status]


_HANDLERS: Final = handlers(_told)


class NdjsonController(Controller):
    """Chat for whoever holds an integration's token, by lines of JSON."""

    path = "/"
    tags = ("customers",)
    include_in_schema = False

    @post(["/v1/chat/stream", "/chat"], status_code=200, exception_handlers=_HANDLERS)
    async def stream(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
    ) -> Stream:
        """Ask; the answer streams."""
        integration, reply = await _asked(request, desk)
        dialect = Ndjson(reply.conversation_id)
        if reply.by_people:
            return streamed(once(dialect.handed_over()), reply.message_id, MEDIA_TYPE)
        telling = Telling(
            chat, watch, integration.standing, reply.message_id, media_type=MEDIA_TYPE
        )
        return telling.stream(dialect)

    @post("/v1/chat", status_code=200, exception_handlers=_HANDLERS)
    async def whole(
        self, request: AnyRequest, desk: NamedDependency[Desk], chat: NamedDependency[Chat]
    ) -> WholeView:
        """Ask; the answer comes in one piece."""
        _, reply = await _asked(request, desk)
        text = HANDED_OVER if reply.by_people else await _text(chat, reply.message_id)
        return WholeView(conversation_id=reply.conversation_id, message=text)


async def _asked(request: AnyRequest, desk: Desk) -> tuple[Admitted, Reply]:
    """Checks in this dialect's order: limits, token, payload."""
    token = request.headers.get("x-api-key") or request.headers.get("x-widget-api-key")
    integration = await admitted(request, desk, token, count_first=True)
    given = await read(request, Given)
    session = given.session_id
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise InvalidRequest("This is no session's id.", "sessionId")
    await desk.admission.count_customer(integration, session)
    text = question(given.message)
    sent = sent_once(request, "ndjson", session, text)
    return integration, await desk.ask(integration, session, text, channel="ndjson", sent=sent)


async def _text(chat: Chat, message_id: UUID) -> str:
    text: list[str] = []
    async with aclosing(chat.batches(message_id)) as batches:
        async for batch in batches:
            for _, event in batch:
                if isinstance(event, Text):
                    text.append(event.delta)
                elif isinstance(event, Failed):
                    raise Unanswered(event.code)
                elif isinstance(event, Finished):
                    return "".join(text)
    raise Unanswered
