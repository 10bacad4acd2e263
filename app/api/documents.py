"""Documents (wire contract, section 4): taking in, listing, reading, changing."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.access.tiers import Tier
from app.api import repeated_uploads
from app.api.bodies import LARGEST, Success
from app.api.document_views import (
    ChunksView,
    DocumentPatch,
    DocumentsView,
    FileView,
    OneDocumentView,
    PassagesView,
    UploadedView,
    chunk_view,
    document_view,
    file_view,
    named_views,
    passage_view,
    refused_view,
)
from app.api.questions import Key
from app.api.uploads import UploadForm
from app.audit.record import Change, Target, record
from app.db.engine import Database
from app.errors import InvalidRequest
from ingest.corpus import chunks, documents
from ingest.corpus.tables import Document, DocumentStatus
from ingest.errors import UploadRefused
from ingest.intake import Intake, Received, Upload, tidy_name
from ingest.intake import delete as delete_document
from retrieval.search import Search, SearchQuery

AnyRequest = Request[Any, Any, State]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
Hits = Annotated[int, QueryParameter(ge=1, le=100)]
Question = Annotated[str, QueryParameter(min_length=1, max_length=4000)]


class DocumentsController(Controller):
    """Documents."""

    path = "/documents"
    tags = ("documents",)

    @post("/projects/{project_id:uuid}", status_code=202, request_max_body_size=None)
    async def upload(
        self,
        request: AnyRequest,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
        idempotency_key: Key = None,
    ) -> UploadedView:
        """Take files in; one that is refused does not lose the others."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "edit")
        form = UploadForm(request.stream(), request.headers.get("content-type", ""))
        user = principal.user
        if idempotency_key is None:
            return UploadedView(documents=await _receive(intake, form, project_id, user.id))
        async with database.session() as session:
            record = await repeated_uploads.earlier(session, user.id, idempotency_key)
        if record is not None:
            async for _ in form.files():
                pass
            body = repeated_uploads.body_hash(request.url.path, form.fingerprint)
            async with database.session() as session:
                views = await repeated_uploads.repeated(session, record, project_id, body)
            return UploadedView(documents=views)
        views = await _receive(intake, form, project_id, user.id)
        body = repeated_uploads.body_hash(request.url.path, form.fingerprint)
        async with database.transaction() as session:
            await repeated_uploads.remember(session, user.id, idempotency_key, body, views)
        return UploadedView(documents=views)

    @get("/projects/{project_id:uuid}")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        search: FromQuery[str | None] = None,
        status: FromQuery[DocumentStatus | None] = None,
        limit: PageSize = 50,
        cursor: FromQuery[str | None] = None,
    ) -> DocumentsView:
        """The project's documents, newest first."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "use")
            found = await documents.listed(
                session, project_id, search=search, status=status, limit=limit, cursor=cursor
            )
            views = await named_views(session, found.documents)
        return DocumentsView(
            documents=views,
            total=found.total,
            next_cursor=found.next_cursor,
        )

    @get("/projects/{project_id:uuid}/search")
    async def find(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        finder: NamedDependency[Search],
        q: Question,
        limit: Hits = 10,
        document_id: Annotated[UUID | None, QueryParameter(name="documentId")] = None,
    ) -> PassagesView:
        """The retrieval that answers use, without an answer."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "use")
            if document_id is not None:
                await documents.get(session, project_id, document_id)
        chosen = (document_id,) if document_id is not None else None
        found = await finder.ranked(SearchQuery(project_id, q, document_ids=chosen, limit=limit))
        return PassagesView(passages=[passage_view(passage) for passage in found])

    @get("/{document_id:uuid}")
    async def read(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDocumentView:
        """One document."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "use")
            (view,) = await named_views(session, [document])
        return OneDocumentView(document=view)

    @get("/{document_id:uuid}/chunks")
    async def chunks(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        limit: PageSize = 100,
        cursor: Annotated[int, QueryParameter(ge=0, le=LARGEST)] = 0,
    ) -> ChunksView:
        """The document's chunks, in its order."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "use")
            found = await chunks.listed(
                session, document.project_id, document_id, limit=limit, cursor=cursor
            )
        following = found.next_cursor
        return ChunksView(
            chunks=[chunk_view(chunk) for chunk in found.chunks],
            next_cursor=None if following is None else str(following),
        )

    @post("/{document_id:uuid}/retry", status_code=202)
    async def retry(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
    ) -> OneDocumentView:
        """Read a failed document again."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "edit")
        fresh = await intake.retry(document.project_id, document_id)
        return OneDocumentView(document=document_view(fresh))

    @post("/{document_id:uuid}/reindex", status_code=202)
    async def reindex(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
    ) -> OneDocumentView:
        """Read the stored bytes anew."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "edit")
        fresh = await intake.reindex(document.project_id, document_id)
        return OneDocumentView(document=document_view(fresh))

    @patch("/{document_id:uuid}")
    async def rename(
        self,
        document_id: FromPath[UUID],
        data: JSONBody[DocumentPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDocumentView:
        """Give the document another name."""
        if not data.name.strip():
            raise InvalidRequest("Enter a name.", "name")
        async with database.transaction() as session:
            document = await reached(session, document_id, principal, "edit")
            renamed = await documents.rename(
                session, document.project_id, document_id, tidy_name(data.name)
            )
        return OneDocumentView(document=document_view(renamed))

    @delete("/{document_id:uuid}", status_code=200)
    async def remove(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Success:
        """Delete the document with all that was made of it."""
        async with database.transaction() as session:
            document = await reached(session, document_id, principal, "edit")
            await delete_document(session, document.project_id, document_id)
            target = Target("document", document_id, document.name, document.project_id)
            gone = Change(before={"name": document.name, "version": document.version})
            await record(session, principal.actor, "document.deleted", target, gone)
        return Success()


async def reached(
    session: AsyncSession, document_id: UUID, principal: Principal, tier: Tier
) -> Document:
    """The document, for a caller who may go that far in its project."""
    project_id = await documents.project_of(session, document_id)
    await resolver.require(session, project_id, principal, tier)
    return await documents.get(session, project_id, document_id)


async def _receive(
    intake: Intake, form: UploadForm, project_id: UUID, user_id: UUID
) -> list[FileView]:
    outcomes: list[Received | tuple[str, UploadRefused]] = []
    names: set[str] = set()
    async for file in form.files():
        # Two files of one name sent together come from different folders.
        upload = Upload(
            file.name, file.body, project_id, user_id, is_apart=file.name.lower() in names
        )
        names.add(file.name.lower())
        try:
            received = await intake.receive(upload)
        except UploadRefused as error:
            outcomes.append((tidy_name(file.name), error))
        else:
            outcomes.append(received)
    return _views(outcomes)


def _views(outcomes: list[Received | tuple[str, UploadRefused]]) -> list[FileView]:
    views: list[FileView] = []
    for outcome in outcomes:
        if isinstance(outcome, Received):
            views.append(file_view(outcome.document, duplicate=outcome.duplicate))
            continue
        name, error = outcome
        if len(outcomes) == 1:
            raise error  # Nothing else was sent: the refusal is the answer, with its own status.
        views.append(refused_view(name, error))
    if not views:
        raise InvalidRequest("Add at least one file in the field `files`.", "files")
    return views
