"""Rows of what the assistant proposes."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Column, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now

Status: TypeAlias = Literal["open", "applied", "dropped", "outdated"]


class Proposal(SQLModel, table=True):
    """A change that waits for the person's own word, or waited.

    Attributes:
        message_id: The answer that told of it.
        code: By which the person confirms it.
        title: What would be done, as the person was told.
        change: The fields of one of `app.management.changes`.
        before: How the thing was when that was shown; None for what is new.
        subject: What it is about; None for what is new.
        status: `open`, `applied`, `dropped` by the person or a later proposal, or `outdated`: it
            could not be done any more.
        settled_at: When it ceased to be open.
    """

    __tablename__ = "management_proposal"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    conversation_id: UUID = Field(
        sa_column=Column(ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False)
    )
    message_id: UUID
    code: str
    title: str
    change: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    before: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    subject: str | None = None
    status: str = "open"
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    expires_at: datetime = Field(sa_column=moment_column())
    settled_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))

    @property
    def is_open(self) -> bool:
        """Whether it may still be confirmed."""
        return self.status == "open" and self.expires_at > now()
