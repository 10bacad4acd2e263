"""Rows of what was given to whom."""

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
