"""The inbox: people in the loop (wire contract, section 7e)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.accounts.tables import User
from app.api.bodies import Success
from app.api.chat_views import Told
from app.api.inbox_views import (
    CountsView,
    InboxView,
    OneInboxConversationView,
    OneInboxMessageView,
    ReadBody,
    Said,
    StatusBody,
    ThreadView,
    conversation_view,
    said_view,
)
from app.api.questions import Key, clean, idempotency_of
from app.chat import repeats, store
from app.chat.aging import aged
from app.chat.errors import IdempotencyConflict
from app.chat.repeats import Idempotency, Repeat
from app.chat.runs import Runs
from app.chat.tables import Message
from app.db.engine import Database
from app.desk import inbox
from app.desk.inbox import Listed, Status
from app.errors import InvalidRequest, NotFound

AnyRequest = Request[Any, Any, State]
PageSize = Annotated[int, QueryParameter(ge=1, le=100)]


class InboxController(Controller):
    """Customers' conversations of a project."""

    path = "/projects/{project_id:uuid}/inbox"
    tags = ("inbox",)

    @get("/")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        status: FromQuery[Status | None] = None,
        limit: PageSize = 50,
        cursor: FromQuery[str | None] = None,
    ) -> InboxView:
        """Customers' conversations, the latest first."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "edit")
            found, following = await inbox.listed(
                session, project_id, status=status, limit=limit, cursor=cursor
            )
            counts = await inbox.counts(session, project_id)
        return InboxView(
            conversations=[conversation_view(each) for each in found],
            counts=CountsView(**counts),
            next_cursor=following,
        )


class InboxConversationController(Controller):
    """One of them: read it, answer in person, say who answers."""

    path = "/inbox/conversations/{conversation_id:uuid}"
    tags = ("inbox",)

    @get("/")
    async def thread(
        self,
        conversation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> ThreadView:
        """Everything that was said, notes and sources with it."""
        async with database.session() as session:
            await inbox.reach(session, principal, conversation_id)
            found = await _found(session, conversation_id)
            messages = await store.messages(session, conversation_id)
            cited = await aged(session, found.conversation.project_id, messages)
            sources = await store.sources(session, messages)
            authors = await _authors(session, messages)
        return ThreadView(
            conversation=conversation_view(found),
            messages=[
                said_view(Told(each, cited[each.id], sources.get(each.id, ())), authors)
                for each in messages
            ],
        )

    @post("/reply", status_code=201)
    async def reply(
        self,
        request: AnyRequest,
        conversation_id: FromPath[UUID],
        data: JSONBody[Said],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        idempotency_key: Key = None,
    ) -> OneInboxMessageView:
        """Answer the customer in person."""
        same = idempotency_of(request, idempotency_key, msgspec.json.encode(data))
        return await _write(database, principal, conversation_id, ("operator", data, same))

    @post("/note", status_code=201)
    async def note(
        self,
        request: AnyRequest,
        conversation_id: FromPath[UUID],
        data: JSONBody[Said],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        idempotency_key: Key = None,
    ) -> OneInboxMessageView:
        """Write something down that the customer never sees, and no model either."""
        same = idempotency_of(request, idempotency_key, msgspec.json.encode(data))
        return await _write(database, principal, conversation_id, ("note", data, same))

    @post("/status", status_code=200)
    async def status(
        self,
        conversation_id: FromPath[UUID],
        data: JSONBody[StatusBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        runs: NamedDependency[Runs],
    ) -> OneInboxConversationView:
        """Take over (`escalated`), give back to the assistant (`active`), or end (`resolved`)."""
        async with database.transaction() as session:
            conversation = await inbox.reach(session, principal, conversation_id, lock=True)
            writing = await inbox.change_status(session, principal, conversation, data.status)
        if writing is not None:
            # Not in that transaction: whoever closes answers would wait for it, and it for them.
            await runs.stop(writing)
        async with database.session() as session:
            found = await _found(session, conversation_id)
        return OneInboxConversationView(conversation=conversation_view(found))

    @post("/read", status_code=200)
    async def read(
        self,
        conversation_id: FromPath[UUID],
        data: JSONBody[ReadBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Success:
        """Say up to where the conversation has been read."""
        async with database.transaction() as session:
            await inbox.reach(session, principal, conversation_id)
            await inbox.mark_read(session, principal, conversation_id, data.last_message_id)
        return Success()


async def _write(
    database: Database,
    principal: Principal,
    conversation_id: UUID,
    said: tuple[Literal["operator", "note"], Said, Idempotency | None],
) -> OneInboxMessageView:
    role, data, same = said
    repeat = repeats.of_person(principal.user.id, same)
    body = clean(data.body).strip()
    if not body:
        raise InvalidRequest("Write something.", "body")
    async with database.transaction() as session:
        conversation = await inbox.reach(session, principal, conversation_id, lock=True)
        if await repeats.claim(session, repeat):
            message = await inbox.write(session, principal, conversation, role, body)
            await repeats.keep_message(session, repeat, message.id)
        else:
            message = await _written_before(session, repeat)
        authors = await _authors(session, [message])
    return OneInboxMessageView(message=said_view(Told(message), authors))


async def _written_before(session: AsyncSession, repeat: Repeat | None) -> Message:
    earlier = await repeats.earlier_message(session, repeat)
    if earlier is None:
        raise IdempotencyConflict("The first request with this key has not been answered yet.")
    return await session.get_one(Message, earlier)


async def _found(session: AsyncSession, conversation_id: UUID) -> Listed:
    found = await inbox.one(session, conversation_id)
    if found is None:
        raise NotFound("There is no such conversation in an inbox.")
    return found


async def _authors(session: AsyncSession, messages: Sequence[Message]) -> dict[UUID, str]:
    """Names of those who wrote in person."""
    wanted = {message.author_id for message in messages if message.author_id}
    query = select(User.id, User.name).where(col(User.id).in_(wanted))
    return dict((await session.exec(query)).all()) if wanted else {}
