"""Rows of what was given to whom, and of links for people without an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


def _reference(target: str, on_delete: str) -> Column[UUID]:
    return Column(ForeignKey(target, ondelete=on_delete), nullable=True)


class Grant(SQLModel, table=True):
    """A tier in a project, given to one person, one group or one department.

    Attributes:
        tier: `use`, `edit` or `full`.
        created_by: Who gave it; None when that account was deleted.
    """

    __tablename__ = "project_grant"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    user_id: UUID | None = Field(default=None, sa_column=_reference("user_account.id", "CASCADE"))
    group_id: UUID | None = Field(default=None, sa_column=_reference("user_group.id", "CASCADE"))
    department_id: UUID | None = Field(
        default=None, sa_column=_reference("department.id", "CASCADE")
    )
    tier: str
    created_by: UUID | None = Field(
        default=None, sa_column=_reference("user_account.id", "SET NULL")
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class ShareLink(SQLModel, table=True):
    """A link by which anybody reads a copy of one conversation.

    Attributes:
        owner_id: Who asked for it; it opens nothing that they may not open.
        token_hash: SHA-256 of the token, in hex.
        expires_at: None for a link that lasts until it is revoked.
        max_follow_ups: How many questions its guests may ask, all together.
        follow_ups: How many they have asked.
    """

    __tablename__ = "share_link"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    request_id: UUID
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    owner_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    token_hash: str
    expires_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    allow_follow_ups: bool = False
    max_follow_ups: int = 0
    follow_ups: int = 0
    revoked_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
