"""Rows of the corpus. The schema's source of truth is the migrations; these classes mirror it."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from pgvector import HalfVector
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7


def now() -> datetime:
    """The time, in UTC, cut to milliseconds: what the wire shows is what is stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def moment_column(*, nullable: bool = False) -> Column[datetime]:
    """A column for a point in time, with its zone."""
    return Column(DateTime(timezone=True), nullable=nullable)


class DocumentStatus(StrEnum):
    """The stages of a document's life, in order; `failed` may follow any of the first three."""

    QUEUED = "queued"
    PARSING = "parsing"
    EMBEDDING = "embedding"
    READY = "ready"
    FAILED = "failed"


class Project(SQLModel, table=True):
    """Documents that belong together, and who owns them."""

    __tablename__ = "project"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str
    description: str = ""
    color: str = "#4f6bed"
    is_private: bool = True
    owner_id: UUID
    instructions: str = ""
    settings: dict[str, object] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False)
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Document(SQLModel, table=True):
    """A file in a project.

    Attributes:
        blob_key: Where the bytes are in the blob store.
        ready_blob_key: Where the bytes of `ready_version` are: other ones while, and if, a new
            version is not read. None before the first, and where only its text was kept.
        ready_mime_type: What those bytes are.
        version: Counts from 1; the version being read while `status` is not `ready`.
        ready_version: The version whose pages and chunks are stored; None before the first.
        progress: Share of the work done, 0 to 1.
        paged: Whether page numbers mean something to a reader.
        language: Name of the Postgres text search configuration, `simple` where none fits.
        lease: Token of the attempt that may write; every effect says `WHERE lease = mine`.
        deaths: How often a worker died while reading this version.
        parent_id: The document that this one came with, as a mail's attachment does.
        attachment_count: Files inside it, those that were left out included.
    """

    __tablename__ = "document"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    name: str
    mime_type: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    blob_key: str
    ready_blob_key: str | None = None
    ready_mime_type: str | None = None
    version: int = 1
    ready_version: int | None = None
    status: str = DocumentStatus.QUEUED
    progress: float = 0.0
    page_count: int | None = None
    chunk_count: int | None = None
    paged: bool = False
    language: str = "simple"
    error_code: str | None = None
    error_message: str | None = None
    lease: UUID | None = None
    lease_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    deaths: int = 0
    uploaded_by: UUID | None = None
    parent_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("document.id", ondelete="SET NULL"))
    )
    attachment_count: int = 0
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Attachment(SQLModel, table=True):
    """A file inside a document, by its place.

    Attributes:
        ordinal: Its place, from 1.
        sha256: Of its bytes; None where they were not taken out.
        document_id: The document that it became or was already; None where it was left out, or
            where somebody deleted that since.
        error_code: Why it was left out.
    """

    __tablename__ = "attachment"  # pyright: ignore[reportAssignmentType]

    parent_id: UUID = Field(
        sa_column=Column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    )
    ordinal: int = Field(primary_key=True)
    name: str
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str | None = None
    document_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("document.id", ondelete="SET NULL"))
    )
    error_code: str | None = None
    error_message: str | None = None


class Page(SQLModel, table=True):
    """The text of one page; the pages of a document, joined in order, are its text.

    Attributes:
        start: Offset of the page's first character in the document's text.
        end: Offset behind its last one.
    """

    __tablename__ = "page"  # pyright: ignore[reportAssignmentType]

    document_id: UUID = Field(
        sa_column=Column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    )
    number: int = Field(primary_key=True)
    start: int
    end: int
    label: str | None = None
    text: str = Field(sa_column=Column(Text, nullable=False))


class PageWords(SQLModel, table=True):
    """Where the words of a page stand, for pages that can be shown as pictures.

    Attributes:
        boxes: Packed (`ingest.boxes`), in the order of the words of the page's text.
    """

    __tablename__ = "page_words"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "number"], ["page.document_id", "page.number"], ondelete="CASCADE"
        ),
    )

    document_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    boxes: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Chunk(SQLModel, table=True):
    """A passage of a document, small enough for the embedder to read whole.

    Attributes:
        ordinal: Position among the document's chunks, from 0.
        page_number: The page on which the chunk begins, from 1.
        start: Offset in the document's text; `document text[start:end] == text`.
        heading: Path of the headings above it, joined by ` > `.
        lexemes: Full-text vector of heading and text in the document's language.
        gap: What stands between this chunk and the next; None where that is not known.
    """

    __tablename__ = "chunk"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    document_id: UUID = Field(
        sa_column=Column(ForeignKey("document.id", ondelete="CASCADE"), nullable=False)
    )
    ordinal: int
    page_number: int
    start: int
    end: int
    heading: str = ""
    text: str = Field(sa_column=Column(Text, nullable=False))
    token_count: int
    lexemes: str = Field(default="", sa_column=Column(TSVECTOR, nullable=False))
    gap: str | None = None


class ChunkVector(SQLModel, table=True):
    """A chunk's place in one embedding model's space.

    Attributes:
        embedder: Name of the space.
        project_id: As in the chunk, and so are `document_id` and `ordinal`: an exact scan reads
            these rows alone.
        embedding: Of unit length.
    """

    __tablename__ = "chunk_vector"  # pyright: ignore[reportAssignmentType]

    chunk_id: UUID = Field(
        sa_column=Column(ForeignKey("chunk.id", ondelete="CASCADE"), primary_key=True)
    )
    embedder: str = Field(primary_key=True)
    project_id: UUID
    document_id: UUID
    ordinal: int
    embedding: HalfVector = Field(sa_column=Column(HALFVEC(), nullable=False))

    model_config = {"arbitrary_types_allowed": True}


class SpaceState(StrEnum):
    """What a vector space is there for."""

    ACTIVE = "active"
    FILLING = "filling"
    RETIRED = "retired"


class VectorSpace(SQLModel, table=True):
    """An embedding model whose vectors are stored.

    Attributes:
        spec: How the model is reached; keys in it are sealed.
        state: Searches go by the active one; at most one is being filled to take its place.
        error: Why it can't be filled, or asked, at the moment.
    """

    __tablename__ = "vector_space"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    spec: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    dimensions: int
    state: str
    error: str | None = None
    changed_at: datetime = Field(default_factory=now, sa_column=moment_column())
