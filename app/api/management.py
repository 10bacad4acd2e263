"""The configuration assistant, by deltas and `[DONE]` (wire contract, section 7d)."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Stream

from app.access.principal import Principal
from app.access.watch import AccessWatch
from app.accounts.accounts import Accounts
from app.accounts.errors import Forbidden
from app.api.bodies import Body
from app.api.cookies import brings_session
from app.api.credentials import bearer, client_of, principal
from app.api.customers.asking import question, read
from app.api.customers.delta import MOST_S, BegunView, Given, LastEventId, SaidView, SaidViews, told
from app.api.customers.refusals import handlers
from app.api.customers.streams import Telling
from app.api.guarded import ENDED
from app.api.streams import last_seen
from app.chat.chat import Chat
from app.chat.events import Failed
from app.db.engine import Database
from app.desk.desk import Desk
from app.errors import InvalidRequest, NotFound
from app.integrations.store import TOKEN_PREFIX
from app.management.management import Management
from app.wire.delta import Delta
from app.wire.piece import Piece
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]

MOST_MESSAGE: Final = 10_000
"""Characters; instructions fit in whole."""
_NEEDED: Final = "Use a personal access token of your own; this credential is of another kind."


class About(Body):
    """Which project a conversation is about."""

    project_id: object = None


async def token_holder(
    request: AnyRequest,
    accounts: NamedDependency[Accounts],
    database: NamedDependency[Database],
    desk: NamedDependency[Desk],
) -> AsyncGenerator[Principal]:
    """Who asks, by a personal access token and by nothing else.

    Raises:
        Unauthenticated: There is no credential, or it means nothing.
        TokenExpired: It ran out.
        Forbidden: It is of another kind: a session's, or an integration's.
        RateLimited: Too many tokens of nobody came from this address.
    """
    if "authorization" not in request.headers and brings_session(request):
        raise Forbidden(_NEEDED)
    token = bearer(request)
    if token.startswith(TOKEN_PREFIX):
        await desk.admission.identify(token, client_of(request).address)
        raise Forbidden(_NEEDED)
    async with aclosing(principal(request, accounts, database)) as people:
        async for found in people:
            if found.token_id is None:
                raise Forbidden(_NEEDED)
            yield found


class ManagementController(Controller):
    """The configuration assistant, for a person with `full` on the project."""

    path = "/api/v1/management/conversations"
    tags = ("management",)
    include_in_schema = False
    dependencies = {"holder": Provide(token_holder)}  # noqa: RUF012 - the framework's own way

    @post("/", status_code=201, exception_handlers=handlers(told))
    async def begin(
        self,
        request: AnyRequest,
        holder: NamedDependency[Principal],
        management: NamedDependency[Management],
    ) -> BegunView:
        """Begin a conversation; the project may be left out by whoever has `full` on one alone."""
        given = (await read(request, About)).project_id if await request.body() else None
        return BegunView(conversation_id=await management.begin(holder, _project(given)))

    @post("/{conversation_id:str}/messages", status_code=200, exception_handlers=handlers(told))
    async def ask(
        self,
        request: AnyRequest,
        conversation_id: FromPath[str],
        holder: NamedDependency[Principal],
        management: NamedDependency[Management],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        last_event_id: LastEventId = None,
    ) -> Stream:
        """Say something; the answer streams. With `Last-Event-ID`, the last answer goes on."""
        text = question((await read(request, Given)).message, most=MOST_MESSAGE)
        identity, after = _conversation(conversation_id), last_seen(last_event_id, None)
        answering = await management.again(holder, identity, text) if after else None
        if answering is None:
            after, answering = 0, await management.ask(holder, identity, text)
        dialect = Delta(_why)
        return Telling(
            chat,
            watch,
            answering.standing,
            answering.message_id,
            after,
            end=lambda: _end(dialect),
            most_s=MOST_S,
            farewell=ENDED,
        ).stream(dialect)

    @get("/{conversation_id:str}/messages", exception_handlers=handlers(told))
    async def messages(
        self,
        conversation_id: FromPath[str],
        holder: NamedDependency[Principal],
        management: NamedDependency[Management],
    ) -> SaidViews:
        """What was said, oldest first."""
        said = await management.history(holder, _conversation(conversation_id))
        return SaidViews(
            messages=[
                SaidView(
                    role=message.role,
                    content=message.content,
                    created_at=timestamp(message.created_at),
                )
                for message in said
            ]
        )


def _why(event: Failed) -> str:
    """What went wrong: whoever may change everything is told as much as the server knows."""
    return event.detail


async def _end(dialect: Delta) -> Sequence[Piece]:
    return dialect.close()


def _project(given: object) -> UUID | None:
    if given is None:
        return None
    try:
        return UUID(str(given))
    except ValueError as error:
        raise InvalidRequest("`projectId` is no id.", "projectId") from error


def _conversation(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFound("There is no such conversation.") from error
