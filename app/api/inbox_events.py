"""Changes of a project's inbox as they happen (wire contract, section 7e)."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from app.access.principal import Principal
from app.access.resolver import Access
from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import while_allowed
from app.api.inbox_views import conversation_view
from app.api.live import Live
from app.api.streams import FAREWELL
from app.db.engine import Database
from app.db.listener import LOST, Listener
from app.desk import inbox
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS, frame, json

HEARTBEAT_S = 15.0
LOOK_AGAIN = frame(b"{}", event="reset")
"""Said first, and wherever something may have been missed: read the list anew."""


class InboxEventsController(Controller):
    """Live changes."""

    path = "/projects/{project_id:uuid}/inbox/events"
    tags = ("inbox",)

    @get("/")
    async def stream(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        access: NamedDependency[Access],
        database: NamedDependency[Database],
        listener: NamedDependency[Listener],
        watch: NamedDependency[AccessWatch],
    ) -> Stream:
        """A `conversation` event per change of one, as the list shows it; `deleted` where one goes.

        It begins with `reset`: the list is to be read now, so that nothing is missed in between.
        """
        await access.require(project_id, principal, "edit")
        return Live(
            while_allowed(
                _changes(project_id, database, listener),
                watch,
                Standing.of(principal, project_id, "edit"),
                FAREWELL,
            ),
            media_type=MEDIA_TYPE,
            headers=dict(STREAM_HEADERS),
        )


async def _changes(
    project_id: UUID, database: Database, listener: Listener
) -> AsyncGenerator[bytes]:
    async with listener.subscribe(inbox.CHANNEL) as payloads:
        yield LOOK_AGAIN
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    payload = await payloads.get()
            except TimeoutError:
                yield HEARTBEAT
                continue
            if payload == LOST:
                yield LOOK_AGAIN
                continue
            project, _, conversation = payload.partition(" ")
            if project == str(project_id):
                yield await _event(UUID(conversation), database)


async def _event(conversation_id: UUID, database: Database) -> bytes:
    async with database.session() as session:
        found = await inbox.one(session, conversation_id)
    if found is None:
        return frame(json({"id": conversation_id}), event="deleted")
    return frame(json(conversation_view(found)), event="conversation")
