"""The provider row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


class Provider(SQLModel, table=True):
    """An endpoint that answers.

    Attributes:
        slug: First half of a model id, `slug/model`; unique.
        type: `openai` (any OpenAI-compatible endpoint) or `extractive` (built in).
        api_key: Ciphertext, bound to this row's id; None where the endpoint needs no key.
        key_last4: The end of the key, so that an admin recognises it.
        models: Names of its models; the first is its default.
    """

    __tablename__ = "provider"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str
    slug: str
    type: str
    base_url: str = ""
    api_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    key_last4: str = ""
    models: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    is_default: bool = False
    is_enabled: bool = True
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())
