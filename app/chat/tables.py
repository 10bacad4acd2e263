"""Rows of conversations: what was asked, what was answered, and every event of each answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Computed, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from app.access import tables as _access
from app.accounts import tables as _accounts
from app.catalog import tables as _catalog
from app.integrations import tables as _integrations
from ingest.corpus.tables import moment_column, now

REFERENCED = (_access, _accounts, _catalog, _integrations)
"""Tables that rows of these refer to: without them loaded, none of these can be written."""


class Conversation(SQLModel, table=True):
    """A dialogue in one project: of a person, a customer of an integration, or a link's guests.

    Attributes:
        user_id: Whose it is; None for a customer's and for guests'.
        customer_key: By which the integration knows its customer.
        status: `active`, `escalated` (people answer) or `resolved`.
        status_at: Since when; None since the beginning.
        status_reason: Why: `request`, `unanswered`, `operator`, `customer`.
        channel: Which front end began it: `app` for our own screens, which list only these;
            `management` for what is said about the project's configuration.
    """

    __tablename__ = "conversation"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    user_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=True),
    )
    integration_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("integration.id", ondelete="CASCADE"), nullable=True),
    )
    customer_key: str | None = None
    share_id: UUID | None = None
    status: str = "active"
    status_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    status_reason: str | None = None
    channel: str = "app"
    title: str = ""
    is_pinned: bool = False
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Message(SQLModel, table=True):
    """A question or an answer.

    Attributes:
        role: `user` or `assistant`; in a customer's conversation also `operator` (what a person
            answers) and `note` (which the customer never sees).
        author_id: Who wrote an operator's answer or a note.
        status: `complete`; for answers also `streaming`, `stopped`, `failed`.
        reply_to: The question that an answer belongs to.
        searches: Web searches that the answer took.
        citations: The fields of each `app.chat.events.Citation`, a snapshot that outlives its
            document.
        document_ids: The documents the question was restricted to, if it was.
    """

    __tablename__ = "message"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    conversation_id: UUID = Field(
        sa_column=Column(ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False)
    )
    role: str
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    status: str = "complete"
    reply_to: UUID | None = None
    mode: str = "docs"
    model: str | None = None
    finish_reason: str | None = None
    error_code: str | None = None
    error_detail: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    searches: int = 0
    citations: list[dict[str, object]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False)
    )
    document_ids: list[str] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    feedback: str | None = None
    feedback_comment: str | None = None
    author_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class MessageSource(SQLModel, table=True):
    """A source that was sent with an answer: a snapshot, readable when the chunk is gone.

    Attributes:
        text: The passage as the model read it.
        document_id: None for a page of the web; such a source has a `url`.
        document_name: For a page of the web, its title.
        document_version: The version that was read; None for a page of the web.
    """

    __tablename__ = "message_source"  # pyright: ignore[reportAssignmentType]

    message_id: UUID = Field(
        sa_column=Column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    )
    index: int = Field(primary_key=True)
    chunk_id: UUID
    document_id: UUID | None = None
    document_name: str
    document_version: int | None = None
    page_number: int | None = None
    start: int
    end: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    score: float
    url: str | None = None


class AnswerTrace(SQLModel, table=True):
    """Why an answer was written from its passages.

    Attributes:
        data: The fields of a `retrieval.trace.SearchTrace`.
    """

    __tablename__ = "answer_trace"  # pyright: ignore[reportAssignmentType]

    message_id: UUID = Field(
        sa_column=Column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    )
    data: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))


class Run(SQLModel, table=True):
    """The generation of one answer.

    Attributes:
        owner: The process that generates it, by the id it drew at start.
        lease_until: Renewed while the process lives; behind it, any process closes the run.
        closed_at: When its closing event was logged.
        provider_id: In whose queue it stands, where that provider has a limit.
        ticket: Its place there: the lowest tickets may speak.
    """

    __tablename__ = "run"  # pyright: ignore[reportAssignmentType]

    message_id: UUID = Field(
        sa_column=Column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    )
    owner: UUID
    lease_until: datetime = Field(sa_column=moment_column())
    stop_requested: bool = False
    started_at: datetime = Field(default_factory=now, sa_column=moment_column())
    closed_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    provider_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("provider.id", ondelete="SET NULL"), nullable=True),
    )
    ticket: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class LoggedEvent(SQLModel, table=True):
    """One event of an answer as it was sent.

    Attributes:
        seq: Counts from 1 without gap; the `id:` of the event on every wire.
        kind: Which member of the union it is.
        data: Its fields as canonical JSON, the bytes from which every dialect encodes.
    """

    __tablename__ = "answer_event"  # pyright: ignore[reportAssignmentType]

    message_id: UUID = Field(
        sa_column=Column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    )
    seq: int = Field(primary_key=True)
    kind: str
    data: str = Field(sa_column=Column(Text, nullable=False))


class IdempotencyRecord(SQLModel, table=True):
    """The first result of a request that carried an `Idempotency-Key`.

    Attributes:
        user_id: The person who sent it, or
        integration_id: the integration, or
        share_id: the link of the guest; one of the three.
        customer_key: Which of the integration's customers; empty where it named none.
        asker_id: Whichever of the three; the database fills it in.
        body_hash: SHA-256 over what was asked, and where, in hex; another body is a conflict.
        result: What to answer again (for chat the message id); None while the first one runs.
    """

    __tablename__ = "idempotency_record"  # pyright: ignore[reportAssignmentType]

    asker_id: UUID | None = Field(
        default=None,
        sa_column=Column(
            Uuid,
            Computed("coalesce(user_id, integration_id, share_id)", persisted=True),
            primary_key=True,
        ),
    )
    customer_key: str = Field(default="", primary_key=True)
    key: str = Field(primary_key=True)
    user_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=True),
    )
    integration_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("integration.id", ondelete="CASCADE"), nullable=True),
    )
    share_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("share_link.id", ondelete="CASCADE"), nullable=True),
    )
    body_hash: str
    result: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Memory(SQLModel, table=True):
    """A short fact that stands in every prompt of its project."""

    __tablename__ = "memory"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_by: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class UsageRecord(SQLModel, table=True):
    """What one answer took; a trigger writes it when the answer ends, and it outlives the answer.

    Attributes:
        user_id: None for an answer to an integration.
        model: As the answer names it, `slug/model`.
        cost: Dollars, by the price that stood when the answer ended; None where none was known.
        searches: Web searches.
    """

    __tablename__ = "usage_record"  # pyright: ignore[reportAssignmentType]

    message_id: UUID = Field(primary_key=True)
    user_id: UUID | None = None
    integration_id: UUID | None = None
    project_id: UUID
    model: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    searches: int = 0
    at: datetime = Field(default_factory=now, sa_column=moment_column())
