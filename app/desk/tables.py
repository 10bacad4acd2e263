"""Rows of the inbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from ingest.corpus.tables import moment_column, now


class InboxRead(SQLModel, table=True):
    """Up to where people have read a customer's conversation; one mark for all of them.

    Attributes:
        message_id: The last message that was read.
        user_id: Who read it.
    """

    __tablename__ = "inbox_read"  # pyright: ignore[reportAssignmentType]

    conversation_id: UUID = Field(
        sa_column=Column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    )
    message_id: UUID
    user_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    read_at: datetime = Field(default_factory=now, sa_column=moment_column())
