"""Changes of a project's documents as they happen (wire contract, section 4)."""

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
from app.api.document_views import DocumentView, named_views
from app.db.engine import Database
from app.db.listener import Listener
from app.wire.sse import HEARTBEAT, frame, json
from ingest.corpus import documents
from ingest.corpus.notices import CHANNEL, Notice
from ingest.errors import DocumentMissing


class DocumentEventsController(Controller):
    """Live changes."""

    path = "/documents/projects/{project_id:uuid}/events"
    tags = ("documents",)

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
        """One `document` event per change of status or progress; `deleted` where one goes.

        It begins with what is under way, so that nothing is missed between a list and this.
        """
        await access.require(project_id, principal, "use")
        standing = Standing.of(principal, project_id)
        return as_they_happen(_Documents(project_id, database), listener, watch, standing)


@dataclass(frozen=True, slots=True)
class _Documents:
    project_id: UUID
    database: Database

    @property
    def channel(self) -> str:
        return CHANNEL

    async def anew(self) -> bytes:
        async with self.database.session() as session:
            found = await documents.unfinished(session, self.project_id)
            views = await named_views(session, found)
        # The first bytes say that from now on nothing is missed, also where nothing is under way.
        return b"".join((HEARTBEAT, *map(_event, views)))

    async def told(self, payload: str) -> bytes | None:
        notice = Notice.read(payload)
        if notice.project_id != self.project_id:
            return None
        async with self.database.session() as session:
            try:
                found = await documents.get(session, self.project_id, notice.document_id)
                (view,) = await named_views(session, [found])
            except DocumentMissing:
                return frame(json({"id": notice.document_id}), event="deleted")
        return _event(view)


def _event(view: DocumentView) -> bytes:
    return frame(json(view), event="document")
