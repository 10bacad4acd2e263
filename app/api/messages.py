"""One answer: follow it, stop it, ask again, judge it, see why (wire contract, section 5)."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream

from app.access import resolver
from app.access.principal import Principal
from app.access.watch import AccessWatch
from app.api.bodies import Success
from app.api.chat_views import Feedback
from app.api.questions import Key, clean, idempotency_of
from app.api.streams import Reader, answer_stream, last_seen
from app.api.trace_views import OneTraceView, trace_view
from app.chat import store, traces
from app.chat.chat import Chat
from app.db.engine import Database
from app.errors import InvalidRequest

AnyRequest = Request[Any, Any, State]
LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]

MOST_COMMENT = 4_000


class MessagesController(Controller):
    """One answer: follow it, stop it, ask again, judge it, see why."""

    path = "/chat/messages/{message_id:uuid}"
    tags = ("chat",)

    @get("/stream")
    async def stream(
        self,
        message_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        last_event_id: LastEventId = None,
        after: FromQuery[str | None] = None,
    ) -> Stream:
        """The rest of an answer's events, live or stored, byte for byte."""
        async with database.session() as session:
            _, conversation = await store.own_message(session, principal.user, message_id)
        reader = Reader(watch, principal, conversation.project_id)
        return answer_stream(chat, message_id, reader, last_seen(last_event_id, after))

    @post("/stop", status_code=200)
    async def stop(
        self,
        message_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        chat: NamedDependency[Chat],
    ) -> Success:
        """Stop generating; what was written is kept."""
        await chat.stop(principal.user, message_id)
        return Success()

    @post("/regenerate", status_code=200)
    async def regenerate(
        self,
        request: AnyRequest,
        message_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        idempotency_key: Key = None,
    ) -> Stream:
        """Answer the question again; the new answer streams."""
        again = await chat.regenerate(
            principal.user, message_id, idempotency=idempotency_of(request, idempotency_key, b"")
        )
        async with database.session() as session:
            _, conversation = await store.own_message(session, principal.user, again)
        return answer_stream(chat, again, Reader(watch, principal, conversation.project_id))

    @get("/trace")
    async def trace(
        self,
        message_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneTraceView:
        """Why the answer was written from these passages; for those who may edit its project."""
        async with database.session() as session:
            message, conversation = await store.own_message(session, principal.user, message_id)
            await resolver.require(session, conversation.project_id, principal, "edit")
            found = await traces.of_answer(session, message, conversation.project_id)
        return trace_view(found)

    @put("/feedback")
    async def feedback(
        self,
        message_id: FromPath[UUID],
        data: JSONBody[Feedback],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Success:
        """Keep what the reader thinks of an answer."""
        if len(data.comment or "") > MOST_COMMENT:
            raise InvalidRequest(f"A comment has {MOST_COMMENT} characters at most.", "comment")
        async with database.transaction() as session:
            message, _ = await store.own_message(session, principal.user, message_id)
            if message.role != "assistant":
                raise InvalidRequest("Only answers are rated.", "id")
            message.feedback = data.rating
            message.feedback_comment = clean(data.comment) if data.comment else None
            session.add(message)
        return Success()
