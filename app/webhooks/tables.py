"""Rows of webhooks and of what is sent to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from app.accounts import tables as _accounts
from ingest.corpus.tables import moment_column, now

del _accounts  # Loaded for what `created_by` points at: a worker has no other reason to.


class Webhook(SQLModel, table=True):
    """An address that hears of what happens in a project.

    Attributes:
        events: Of which.
        secret: Signs what is sent; ciphertext, bound to this row's id.
        disabled_reason: Why the server itself switched it off.
    """

    __tablename__ = "webhook"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    url: str
    events: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    secret_last4: str
    is_enabled: bool = True
    disabled_reason: str | None = None
    created_by: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Delivery(SQLModel, table=True):
    """Something to be sent to a webhook; triggers of the migration `0010_webhooks` make them.

    Attributes:
        body: The very bytes that are signed and sent, each time.
        status: `pending`, `delivered` or `failed`.
        attempts: All that were made.
        tries: Those of this round; a replay begins a new one.
        due_at: When the next one is; None where there is none.
    """

    __tablename__ = "webhook_delivery"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    webhook_id: UUID = Field(
        sa_column=Column(ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False)
    )
    event: str
    body: str
    status: str = "pending"
    attempts: int = 0
    tries: int = 0
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    attempted_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    response_status: int | None = None
    response: str | None = None
    last_error: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
