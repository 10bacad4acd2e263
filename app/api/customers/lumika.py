"""Query-string SSE and polling history (wire contract, section 7a)."""

from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from app.access.watch import AccessWatch
from app.api.bodies import Body
from app.api.customers.asking import admitted, question
from app.api.customers.gate import visit_of
from app.api.customers.streams import Telling, once, streamed
from app.api.questions import clean
from app.chat.chat import Chat
from app.chat.tables import Message
from app.desk.admission import Admitted
from app.desk.asking import Reply
from app.desk.conversations import MOST_KEY
from app.desk.desk import Desk
from app.errors import InvalidRequest
from app.wire.lumika import Lumika, place
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]
Token = Annotated[str | None, QueryParameter(name="integrationToken")]
Key = Annotated[str | None, QueryParameter(name="conversationId")]
TextContent = Annotated[str | None, QueryParameter(name="textContent")]
AfterId = Annotated[str | None, QueryParameter(name="afterId")]
Limit = Annotated[str | None, QueryParameter(name="limit")]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]

_PAGE: Final = 100
_MOST_PAGE: Final = 200


class SaidView(Body):
    """A message, as the customer sees it."""

    id: UUID
    actor: str
    type: str
    body: str
    created_at: str


class HistoryView(Body):
    """What was said."""

    conversation_id: str
    messages: list[SaidView]
    last_message_id: str | None


class LumikaController(Controller):
    """Chat for whoever holds an integration's token, by `EventSource`."""

    path = "/conversation"
    tags = ("customers",)

    @get("/sse")
    async def sse(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        integration_token: Token = None,
        text_content: TextContent = None,
        conversation_id: Key = None,
        last_event_id: LastEventId = None,
    ) -> Stream:
        """Ask; the answer streams. With `Last-Event-ID` that answer goes on; 204 at its end."""
        integration = await admitted(request, desk, integration_token)
        key = _key(conversation_id)
        after = 0
        if last_event_id:
            seen = place(last_event_id)
            reply = await _resumed(desk, integration, key, seen)
            after = seen[1] if seen else 0
        else:
            text = question(text_content, "textContent")
            if visit_of(request).is_head:
                return _nothing(200)
            await desk.admission.count(integration, key)
            reply = await desk.ask(integration, key or str(uuid4()), text, channel="lumika")
        if reply is None:
            return _nothing(204)
        dialect = Lumika(reply.message_id, reply.customer_key, reply.created_at)
        if reply.by_people:
            return streamed(once(dialect.handed_over()), reply.message_id, MEDIA_TYPE)
        telling = Telling(chat, watch, integration.standing, reply.message_id, after)
        return telling.stream(dialect)

    @get("/history")
    async def history(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        integration_token: Token = None,
        conversation_id: Key = None,
        after_id: AfterId = None,
        limit: Limit = None,
    ) -> HistoryView:
        """What customer, assistant and people said, oldest first; notes never."""
        integration = await admitted(request, desk, integration_token)
        key = _key(conversation_id)
        if key is None:
            raise InvalidRequest("Say which conversation.", "conversationId")
        after, most = _cursor(after_id), _page(limit)
        await desk.admission.count_poll(integration, key)
        said = await desk.history(integration, key, after=after, limit=most)
        last = said[-1].id if said else after
        return HistoryView(
            conversation_id=key,
            messages=[_view(message) for message in said],
            last_message_id=None if last is None else str(last),
        )


async def _resumed(
    desk: Desk, integration: Admitted, key: str | None, seen: tuple[UUID, int] | None
) -> Reply | None:
    """The answer that goes on; an id that is none of ours is never a reason to ask again."""
    if seen is None:
        return None
    await desk.admission.count_poll(integration, key or str(seen[0]))
    return await desk.resume(integration, *seen, key)


def _key(given: str | None) -> str | None:
    key = clean(given or "")
    if len(key) > MOST_KEY:
        raise InvalidRequest(f"A key has at most {MOST_KEY} characters.", "conversationId")
    return key or None


def _cursor(given: str | None) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise InvalidRequest("This is no message's id.", "afterId") from error


def _page(given: str | None) -> int:
    if given is None:
        return _PAGE
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(_MOST_PAGE))
    if not is_number or not 1 <= int(given) <= _MOST_PAGE:
        raise InvalidRequest(f"A page has 1 to {_MOST_PAGE} messages.", "limit")
    return int(given)


def _view(message: Message) -> SaidView:
    return SaidView(
        id=message.id,
        actor="customer" if message.role == "user" else "assistant",
        type="message",
        body=message.content,
        created_at=timestamp(message.created_at),
    )


def _nothing(status: int) -> Stream:
    return Stream(once(b""), status_code=status, media_type=MEDIA_TYPE, headers=STREAM_HEADERS)
