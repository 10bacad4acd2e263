"""Changes of a project's documents as they happen (wire contract, section 4)."""

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
from app.api.document_views import document_view
from app.api.guarded import while_allowed
from app.api.live import Live
from app.api.streams import FAREWELL
from app.db.engine import Database
from app.db.listener import LOST, Listener
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS, frame, json
from ingest.corpus import documents
from ingest.corpus.notices import CHANNEL, Notice
from ingest.errors import DocumentMissing

HEARTBEAT_S = 15.0


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
        return Live(
            while_allowed(
                _changes(project_id, database, listener),
                watch,
                Standing.of(principal, project_id),
                FAREWELL,
            ),
            media_type=MEDIA_TYPE,
            headers=dict(STREAM_HEADERS),
        )


async def _changes(
    project_id: UUID, database: Database, listener: Listener
) -> AsyncGenerator[bytes]:
    async with listener.subscribe(CHANNEL) as payloads:
        yield HEARTBEAT
        async for event in _under_way(project_id, database):
            yield event
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    payload = await payloads.get()
            except TimeoutError:
                yield HEARTBEAT
                continue
            if payload == LOST:
                async for event in _under_way(project_id, database):
                    yield event
                continue
            notice = Notice.read(payload)
            if notice.project_id == project_id:
                yield await _event(notice, database)


async def _under_way(project_id: UUID, database: Database) -> AsyncGenerator[bytes]:
    async with database.session() as session:
        found = await documents.unfinished(session, project_id)
    for document in found:
        yield frame(json(document_view(document)), event="document")


async def _event(notice: Notice, database: Database) -> bytes:
    async with database.session() as session:
        try:
            document = await documents.get(session, notice.project_id, notice.document_id)
        except DocumentMissing:
            return frame(json({"id": notice.document_id}), event="deleted")
    return frame(json(document_view(document)), event="document")
