"""How documents, chunks and passages look on the wire (section 4)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.bodies import Body
from app.chat.material import snippet
from app.wire.times import timestamp
from ingest.corpus import attachments
from ingest.corpus.tables import Chunk, Document
from ingest.errors import UploadRefused
from retrieval.passage import Passage


class ProblemView(Body):
    """Why something did not go, and what to do."""

    code: str
    message: str


class DocumentView(Body):
    """A document; `error` where it failed. `readyVersion` is the one that answers meanwhile.

    `parentId` is the document that it came with, as a mail's attachment does, and `parentName` that
    one's name; `attachmentCount` counts the files inside it.
    """

    id: UUID
    project_id: UUID
    name: str
    mime_type: str
    size_bytes: int
    sha256: str
    version: int
    ready_version: int | None
    status: str
    progress: float
    page_count: int | None
    chunk_count: int | None
    error: ProblemView | None
    uploaded_by: UUID | None
    parent_id: UUID | None
    attachment_count: int
    created_at: str
    updated_at: str
    parent_name: str | UnsetType = UNSET
    duplicate: bool | UnsetType = UNSET


class FileView(Body):
    """What became of one file of an upload: a document, or a name with an error."""

    name: str
    error: ProblemView | None = None
    id: UUID | UnsetType = UNSET
    project_id: UUID | UnsetType = UNSET
    mime_type: str | UnsetType = UNSET
    size_bytes: int | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    version: int | UnsetType = UNSET
    ready_version: int | UnsetType | None = UNSET
    status: str | UnsetType = UNSET
    progress: float | UnsetType = UNSET
    page_count: int | UnsetType | None = UNSET
    chunk_count: int | UnsetType | None = UNSET
    uploaded_by: UUID | UnsetType | None = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    attachment_count: int | UnsetType = UNSET
    parent_name: str | UnsetType = UNSET
    created_at: str | UnsetType = UNSET
    updated_at: str | UnsetType = UNSET
    duplicate: bool | UnsetType = UNSET


class UploadedView(Body):
    """What became of each file, in the order sent."""

    documents: list[FileView]


class OneDocumentView(Body):
    """One document."""

    document: DocumentView


class DocumentsView(Body):
    """A page of a list."""

    documents: list[DocumentView]
    total: int
    next_cursor: str | None


class ChunkView(Body):
    """A passage as it is stored."""

    id: UUID
    document_id: UUID
    index: int
    page_number: int
    start: int
    end: int
    heading: str
    text: str
    token_count: int


class ChunksView(Body):
    """A page of a document's chunks, in its order."""

    chunks: list[ChunkView]
    next_cursor: str | None


class RanksView(Body):
    """Places in the two channels, from 1."""

    dense: int | None
    lexical: int | None


class PassageView(Body):
    """A passage that was found."""

    chunk_id: UUID
    document_id: UUID
    document_name: str
    page_number: int | None
    snippet: str
    score: float
    ranks: RanksView


class PassagesView(Body):
    """What a search gives, best first."""

    passages: list[PassageView]


class DocumentPatch(Body):
    """What is to change."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]


class MarkView(Body):
    """Where the passage stands in the page's text, as half-open offsets in it."""

    start: int
    end: int


class RectView(Body):
    """A box on the page's picture, as fractions of its width and height."""

    left: float
    top: float
    width: float
    height: float


class PageView(Body):
    """A page as the sidebar shows it.

    `pageName` is what people call it: `Page 3`, `Slide 3`, `Sheet Sales`, a chapter's title.
    `start` is the offset of the text in the document; `image` is the path of the page's picture,
    for PDFs; `mark` and `rects` show the chunk that was asked for.
    """

    document_id: UUID
    document_name: str
    page_number: int
    page_label: str | None
    page_name: str
    page_count: int
    paged: bool
    text: str
    start: int
    mark: MarkView | None
    rects: list[RectView]
    image: str | None


def problem_view(code: str | None, message: str | None) -> ProblemView | None:
    """Why something did not go, if it did not."""
    return None if code is None else ProblemView(code=code, message=message or "")


def document_view(
    document: Document,
    *,
    duplicate: bool | UnsetType = UNSET,
    parent_name: str | UnsetType = UNSET,
) -> DocumentView:
    """A document as every call shows one."""
    return DocumentView(
        id=document.id,
        project_id=document.project_id,
        name=document.name,
        mime_type=document.mime_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        version=document.version,
        ready_version=document.ready_version,
        status=document.status,
        progress=round(document.progress, 3),
        page_count=document.page_count,
        chunk_count=document.chunk_count,
        error=problem_view(document.error_code, document.error_message),
        uploaded_by=document.uploaded_by,
        parent_id=document.parent_id,
        attachment_count=document.attachment_count,
        created_at=timestamp(document.created_at),
        updated_at=timestamp(document.updated_at),
        parent_name=parent_name,
        duplicate=duplicate,
    )


async def named_views(session: AsyncSession, found: Sequence[Document]) -> list[DocumentView]:
    """Documents with the names of those that they came with."""
    names = await attachments.parents(session, found)
    return [
        document_view(
            document,
            parent_name=names.get(document.parent_id, UNSET) if document.parent_id else UNSET,
        )
        for document in found
    ]


def file_view(document: Document, *, duplicate: bool) -> FileView:
    """A file that was taken in."""
    return FileView(**msgspec.structs.asdict(document_view(document, duplicate=duplicate)))


def refused_view(name: str, error: UploadRefused) -> FileView:
    """A file that was not."""
    return FileView(name=name, error=ProblemView(code=error.code, message=error.message))


def chunk_view(chunk: Chunk) -> ChunkView:
    """A chunk without its vector."""
    return ChunkView(
        id=chunk.id,
        document_id=chunk.document_id,
        index=chunk.ordinal,
        page_number=chunk.page_number,
        start=chunk.start,
        end=chunk.end,
        heading=chunk.heading,
        text=chunk.text,
        token_count=chunk.token_count,
    )


def passage_view(passage: Passage) -> PassageView:
    """A passage that was found."""
    return PassageView(
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        document_name=passage.document_name,
        page_number=passage.page_number,
        snippet=snippet(passage.text),
        score=round(passage.score, 4),
        ranks=RanksView(dense=passage.ranks.dense, lexical=passage.ranks.lexical),
    )
