"""Rows of the audit log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


class AuditEntry(SQLModel, table=True):
    """One thing that somebody did; the database refuses to change or delete it.

    Attributes:
        actor_id: Who; None for the server itself and for people unknown. Names and ids are kept
            as they were: an entry outlives whom and what it names.
        action: `noun.verb`, for example `grant.created`.
        before: The fields that changed, as they were; None where there was nothing before.
        after: The same fields as they are now; None where there is nothing after.
        via: What did it on the actor's behalf; empty where the actor did.
        once: Two entries never have the same; None where that does not matter.
    """

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=moment_column())
    actor_id: UUID | None = None
    actor_name: str
    action: str
    target_type: str = ""
    target_id: UUID | None = None
    target_name: str = ""
    project_id: UUID | None = None
    before: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    after: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    address: str = ""
    via: str = ""
    request_id: str = ""
    once: str | None = None
