"""Rows of share requests; links give access, so their rows are in `app.access.tables`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


class ShareRequest(SQLModel, table=True):
    """Somebody's wish to show a conversation of theirs to people without an account.

    Attributes:
        note: Why, for whoever decides.
        status: `pending`, `approved` or `rejected`.
        reason: Why it was rejected.
    """

    __tablename__ = "share_request"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    conversation_id: UUID = Field(
        sa_column=Column(ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False)
    )
    requested_by: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    status: str = "pending"
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    decided_by: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    decided_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
