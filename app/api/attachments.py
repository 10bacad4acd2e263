"""The files inside a document: the attachments of a mail (wire contract, section 4)."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.access.principal import Principal
from app.api.bodies import Body
from app.api.document_views import ProblemView, problem_view
from app.api.documents import reached
from app.db.engine import Database
from ingest.corpus import attachments
from ingest.corpus.attachments import Enclosure


class AttachmentView(Body):
    """A file inside a document.

    `status` is that of the document that it became; `left_out`, with `error`, where it was not
    taken, and `deleted` where that document was deleted since.
    """

    name: str
    size_bytes: int
    document_id: UUID | None
    status: str
    error: ProblemView | None


class AttachmentsView(Body):
    """All files inside a document, in its order."""

    attachments: list[AttachmentView]


class AttachmentsController(Controller):
    """Attachments of a document."""

    path = "/documents/{document_id:uuid}/attachments"
    tags = ("documents",)

    @get("/")
    async def index(
        self,
        document_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> AttachmentsView:
        """What the document holds, a mail's attachments for example, and what became of each."""
        async with database.session() as session:
            document = await reached(session, document_id, principal, "use")
            found = await attachments.listed(session, document.project_id, document_id)
        return AttachmentsView(attachments=[_view(one) for one in found])


def _view(enclosure: Enclosure) -> AttachmentView:
    attachment, document = enclosure.attachment, enclosure.document
    if document is not None:
        status, error = document.status, problem_view(document.error_code, document.error_message)
    else:
        error = problem_view(attachment.error_code, attachment.error_message)
        status = "deleted" if error is None else "left_out"
    return AttachmentView(
        name=attachment.name,
        size_bytes=attachment.size_bytes,
        document_id=attachment.document_id,
        status=status,
        error=error,
    )
