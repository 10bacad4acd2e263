"""The file of a document (wire contract, section 4): given out, replaced."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from app.access.principal import Principal
from app.api.document_views import OneDocumentView, document_view
from app.api.documents import reached
from app.api.uploads import UploadForm
from app.db.engine import Database
from app.errors import InvalidRequest
from ingest.intake import Intake, Received, Upload

AnyRequest = Request[Any, Any, State]


class DocumentFileController(Controller):
    """A document's file."""

    path = "/documents/{document_id:uuid}/file"
    tags = ("documents",)

    @get("/")
    async def download(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
    ) -> Stream:
        """The file as it was uploaded, always as a download."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "use")
        return Stream(
            await _started(intake.open(document)),
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name)}",
                "Content-Length": str(document.size_bytes),
                "Cache-Control": "private, no-store",
            },
        )

    @put("/", status_code=202, request_max_body_size=None)
    async def replace(
        self,
        request: AnyRequest,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
    ) -> OneDocumentView:
        """Put a new version in its place; the old one answers until it is read."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "edit")
        form = UploadForm(request.stream(), request.headers.get("content-type", ""))
        received: Received | None = None
        async for file in form.files():
            if received is not None:
                raise InvalidRequest("Send one file: the new version.", "files")
            upload = Upload(file.name, file.body, document.project_id, principal.user.id)
            received = await intake.replace(document_id, upload)
        if received is None:
            raise InvalidRequest("Add the file in the field `files`.", "files")
        return OneDocumentView(
            document=document_view(received.document, duplicate=received.duplicate)
        )


async def _started(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Read the first piece before the answer starts, so that missing bytes are an error."""
    first = await anext(stream, b"")

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for piece in stream:
            yield piece

    return rest()
