"""Chat for back ends by deltas and `[DONE]` (wire contract, section 7d)."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream

from app.access.watch import AccessWatch
from app.accounts.accounts import Accounts
from app.accounts.errors import AccountsError, Forbidden, Unauthenticated
from app.api.bodies import Body
from app.api.credentials import bearer
from app.api.customers.asking import admitted, question, read, sent_once
from app.api.customers.refusals import DEFECT, handlers
from app.api.customers.streams import Telling, once, streamed
from app.api.streams import last_seen
from app.chat.chat import Chat
from app.desk.admission import Admitted
from app.desk.asking import Reply
from app.desk.desk import MOST_LISTED, Desk
from app.errors import AppError, NotFound
from app.wire.delta import Delta
from app.wire.piece import Piece, behind
from app.wire.sse import MEDIA_TYPE
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]

MOST_S: Final = 120.0
"""The longest stream, by the contract; its answer goes on, up to a limit of its own."""
_UNFIT: Final = "The request does not have the form that this call takes."
_BROKEN: Final = "Something went wrong here. Try again in a moment."


class BegunView(Body):
    """A new conversation."""

    conversation_id: UUID


class Given(Body):
    """What is sent."""

    message: object = None


class SaidView(Body):
    """A message, as the customer sees it."""

    role: str
    content: str
    created_at: str


class SaidViews(Body):
    """What was said, oldest first."""

    messages: list[SaidView]


def told(status: int, error: Exception) -> str:
    """What stands under `error`."""
    if isinstance(error, AppError) and status != DEFECT:
        return error.message
    return _UNFIT if status != DEFECT else _BROKEN


_HANDLERS: Final = handlers(told)


class DeltaController(Controller):
    """Chat for back ends, by an integration's token as a bearer."""

    path = "/api/v1/customer/conversations"
    tags = ("customers",)
    include_in_schema = False

    @post("/", status_code=201, exception_handlers=_HANDLERS)
    async def begin(
        self, request: AnyRequest, desk: NamedDependency[Desk], accounts: NamedDependency[Accounts]
    ) -> BegunView:
        """Begin a conversation."""
        integration = await _admitted(request, desk, accounts)
        await desk.admission.count(integration)
        return BegunView(conversation_id=await desk.begin(integration, channel="delta"))

    @post("/{conversation_id:str}/messages", status_code=200, exception_handlers=_HANDLERS)
    async def ask(
        self,
        request: AnyRequest,
        conversation_id: FromPath[str],
        desk: NamedDependency[Desk],
        accounts: NamedDependency[Accounts],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        delta_seconds: NamedDependency[float],
        last_event_id: LastEventId = None,
    ) -> Stream:
        """Ask; the answer streams.

        With `Last-Event-ID` it goes on behind that event: the answer to the same
        `Idempotency-Key`, or without one the last question's.
        """
        integration = await _admitted(request, desk, accounts)
        text = question((await read(request, Given)).message)
        key = await desk.key_of(integration, _identity(conversation_id))
        await desk.admission.count(integration, key)
        sent = sent_once(request, "delta", key, text)
        after = last_seen(last_event_id, None)
        reply = await desk.again(integration, key, text) if after and sent is None else None
        if reply is None:
            reply = await desk.ask(integration, key, text, channel="delta", sent=sent)
            after = after if reply.repeated else 0
        dialect = Delta()
        if reply.by_people:
            dialect.sent = after
            told = behind(dialect.close("escalated"), after)
            return streamed(once(told), reply.message_id, MEDIA_TYPE)
        return Telling(
            chat,
            watch,
            integration.standing,
            reply.message_id,
            after,
            end=lambda: _end(desk, dialect, reply),
            most_s=delta_seconds,
        ).stream(dialect)

    @get("/{conversation_id:str}/messages", exception_handlers=_HANDLERS)
    async def messages(
        self,
        request: AnyRequest,
        conversation_id: FromPath[str],
        desk: NamedDependency[Desk],
        accounts: NamedDependency[Accounts],
    ) -> SaidViews:
        """What customer, assistant and people said; notes never."""
        integration = await _admitted(request, desk, accounts)
        key = await desk.key_of(integration, _identity(conversation_id))
        await desk.admission.count_poll(integration, key)
        said = await desk.history(integration, key, limit=MOST_LISTED)
        return SaidViews(
            messages=[
                SaidView(
                    role="user" if message.role == "user" else "assistant",
                    content=message.content,
                    created_at=timestamp(message.created_at),
                )
                for message in said
            ]
        )


async def _admitted(request: AnyRequest, desk: Desk, accounts: Accounts) -> Admitted:
    """An integration for back ends; whoever is somebody else is known and refused.

    A widget's token stands in its page's source: it opens nothing here.
    """
    token = bearer(request)
    try:
        return await admitted(request, desk, token, kinds=("api",))
    except Unauthenticated:
        try:
            await accounts.authenticate(token)
        except AccountsError:
            pass
        else:
            raise Forbidden("This is a person's credential. Use an integration's token.") from None
        raise


async def _end(desk: Desk, dialect: Delta, reply: Reply) -> Sequence[Piece]:
    status = await desk.status(reply.conversation_id)
    return dialect.close(status if status != "active" or reply.reopened else None)


def _identity(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFound("There is no such conversation.") from error
