"""Changes of a project's inbox as they happen (wire contract, section 7e)."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from app.access.principal import Principal
from app.access.resolver import Access
from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.changes import as_they_happen
from app.api.inbox_views import conversation_view
from app.db.engine import Database
from app.db.listener import Listener
from app.desk import inbox
from app.wire.sse import frame, json

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
        standing = Standing.of(principal, project_id, "edit")
        return as_they_happen(_Conversations(project_id, database), listener, watch, standing)


@dataclass(frozen=True, slots=True)
class _Conversations:
    project_id: UUID
    database: Database

    @property
    def channel(self) -> str:
        return inbox.CHANNEL

    async def anew(self) -> bytes:
        return LOOK_AGAIN

    async def told(self, payload: str) -> bytes | None:
        project, _, conversation = payload.partition(" ")
        if project != str(self.project_id):
            return None
        async with self.database.session() as session:
            found = await inbox.one(session, UUID(conversation))
        if found is None:
            return frame(json({"id": UUID(conversation)}), event="deleted")
        return frame(json(conversation_view(found)), event="conversation")
