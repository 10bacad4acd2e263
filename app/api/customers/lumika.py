"""Query-string SSE and polling history (wire contract, section 7a)."""

from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream
from msgspec import UNSET, UnsetType

from app.access.watch import AccessWatch
from app.api.bodies import Body, Success
from app.api.customers.asking import admitted, question
from app.api.customers.gate import visit_of
from app.api.customers.streams import Telling, once, streamed
from app.api.questions import clean
from app.chat.chat import Chat
from app.chat.events import Citation
from app.chat.tables import Message
from app.desk.admission import Admitted
from app.desk.asking import Reply
from app.desk.conversations import MOST_KEY
from app.desk.desk import Desk
from app.errors import InvalidRequest
from app.wire.lumen import CitationView, citation_view
from app.wire.lumika import Lumika, place
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]
Token = Annotated[str | None, QueryParameter(name="integrationToken")]
Key = Annotated[str | None, QueryParameter(name="conversationId")]
TextContent = Annotated[str | None, QueryParameter(name="textContent")]
MessageId = Annotated[str | None, QueryParameter(name="messageId")]
WithCitations = Annotated[str | None, QueryParameter(name="citations")]
AfterId = Annotated[str | None, QueryParameter(name="afterId")]
Limit = Annotated[str | None, QueryParameter(name="limit")]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]

_PAGE: Final = 100
_MOST_PAGE: Final = 200


class SaidView(Body, omit_defaults=True):
    """A message, as the customer sees it.

    Attributes:
        citations: What an answer leans on, where they were asked for.
        stopped: Said of an answer that the customer had stopped.
    """

    id: UUID
    actor: str
    type: str
    body: str
    created_at: str
    citations: list[CitationView] | UnsetType = UNSET
    stopped: bool = False


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
        citations: WithCitations = None,
    ) -> HistoryView:
        """What customer, assistant and people said, oldest first; notes never.

        Only where `citations=true` asks for them do answers carry theirs, as `final` did.
        """
        integration = await admitted(request, desk, integration_token)
        key = _key(conversation_id)
        if key is None:
            raise InvalidRequest("Say which conversation.", "conversationId")
        after, most, is_cited = _uuid(after_id, "afterId"), _page(limit), citations == "true"
        await desk.admission.count_poll(integration, key)
        said = await desk.history(integration, key, after=after, limit=most)
        last = said[-1].id if said else after
        return HistoryView(
            conversation_id=key,
            messages=[_view(message, is_cited=is_cited) for message in said],
            last_message_id=None if last is None else str(last),
        )

    @post("/stop", status_code=200)
    async def stop(
        self,
        request: AnyRequest,
        desk: NamedDependency[Desk],
        integration_token: Token = None,
        conversation_id: Key = None,
        message_id: MessageId = None,
    ) -> Success:
        """Have an answer written no further; what was written is kept, and its stream ends."""
        integration = await admitted(request, desk, integration_token)
        key, answer = _key(conversation_id), _uuid(message_id, "messageId")
        if key is None or answer is None:
            raise InvalidRequest("Say which answer of which conversation.", "messageId")
        await desk.admission.count_poll(integration, key)
        await desk.stop(integration, key, answer)
        return Success()


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


def _uuid(given: str | None, field: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise InvalidRequest("This is no message's id.", field) from error


def _page(given: str | None) -> int:
    if given is None:
        return _PAGE
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(_MOST_PAGE))
    if not is_number or not 1 <= int(given) <= _MOST_PAGE:
        raise InvalidRequest(f"A page has 1 to {_MOST_PAGE} messages.", "limit")
    return int(given)


def _view(message: Message, *, is_cited: bool) -> SaidView:
    cited = is_cited and message.role == "assistant"
    return SaidView(
        id=message.id,
        actor="customer" if message.role == "user" else "assistant",
        type="message",
        body=message.content,
        created_at=timestamp(message.created_at),
        citations=[citation_view(msgspec.convert(each, Citation)) for each in message.citations]
        if cited
        else UNSET,
        stopped=message.status == "stopped",
    )


def _nothing(status: int) -> Stream:
    return Stream(once(b""), status_code=status, media_type=MEDIA_TYPE, headers=STREAM_HEADERS)
