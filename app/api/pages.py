"""Pages of a document as the sidebar shows them: text, passage, picture."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter

from app.access.principal import Principal
from app.api.bodies import LARGEST
from app.api.document_views import MarkView, PageView, RectView
from app.api.documents import reached
from app.db.engine import Database
from app.errors import NotFound
from ingest.corpus import chunks, documents, word_boxes
from ingest.corpus.tables import Chunk, Document, Page
from ingest.viewing import DEFAULT_WIDTH, PageViewer

AnyRequest = Request[Any, Any, State]
Number = Annotated[int, PathParameter(ge=1, le=LARGEST)]
Width = Annotated[int, QueryParameter(ge=100, le=2000)]
Offset = Annotated[int | None, QueryParameter(ge=0, le=LARGEST)]


class PagesController(Controller):
    """Pages."""

    path = "/documents/{document_id:uuid}/pages"
    tags = ("documents",)

    @get("/{number:int}")
    async def read(
        self,
        request: AnyRequest,
        document_id: FromPath[UUID],
        number: Number,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        viewer: NamedDependency[PageViewer],
        chunk: FromQuery[UUID | None] = None,
        start: Offset = None,
        end: Offset = None,
        width: Width = DEFAULT_WIDTH,
    ) -> Response[PageView] | Response[bytes]:
        """The page's text with the passage marked; as a picture where `image/png` is accepted.

        The passage is a chunk (`chunk`) or a stretch of the document's text (`start`, `end`).
        """
        async with database.session() as session:
            document = await reached(session, document_id, principal, "use")
            page = await documents.page(session, document.project_id, document_id, number)
            marked = await chunks.get(session, document.project_id, chunk) if chunk else None
            words = await word_boxes.of_page(session, document.project_id, document_id, number)
        if request.headers.get("accept", "").startswith("image/png"):
            return await _picture(viewer, document, number, width)
        if chunk and (marked is None or marked.document_id != document_id):
            raise NotFound("There is no such passage in this document.")
        stretch = _stretch(marked, start, end)
        rects = await viewer.rects(document, page, *stretch, words=words) if stretch else []
        view = PageView(
            document_id=document.id,
            document_name=document.name,
            page_number=number,
            page_label=page.label,
            page_name=viewer.page_name(document, page),
            page_count=document.page_count or 1,
            paged=document.paged,
            text=page.text,
            start=page.start,
            mark=_mark(page, stretch),
            rects=[RectView(left=r.left, top=r.top, width=r.width, height=r.height) for r in rects],
            image=f"/documents/{document.id}/pages/{number}"
            if viewer.has_picture(document)
            else None,
        )
        return Response(view, headers={"Cache-Control": "private, no-store", "Vary": "Accept"})


async def _picture(
    viewer: PageViewer, document: Document, number: int, width: int
) -> Response[bytes]:
    png = await viewer.image(document, number, width=width)
    headers = {"Cache-Control": "private, max-age=3600", "Vary": "Accept, Authorization"}
    return Response(png, media_type="image/png", headers=headers)


def _stretch(chunk: Chunk | None, start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is not None and end is not None:
        return start, end
    return (chunk.start, chunk.end) if chunk is not None else None


def _mark(page: Page, stretch: tuple[int, int] | None) -> MarkView | None:
    if stretch is None:
        return None
    start, end = max(stretch[0], page.start), min(stretch[1], page.end)
    return MarkView(start=start - page.start, end=end - page.start) if start < end else None
