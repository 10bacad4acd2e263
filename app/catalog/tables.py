"""Rows of providers: what they are, how they fare, who stands in for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary
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
        preset: Which of the known kinds of endpoint it is; `other` where it is none of them.
        max_concurrent: Answers that it may write at a time, over all processes; None: any number.
        prices: Dollars per million tokens, `{"model": {"prompt": …, "completion": …}}`.
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
    preset: str = "other"
    max_concurrent: int | None = None
    prices: dict[str, dict[str, float]] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False)
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class ProviderHealth(SQLModel, table=True):
    """How an endpoint fares, as every process sees it.

    Attributes:
        failures: In a row; a whole answer sets it back.
        open_until: Until then the endpoint is not asked: its circuit breaker is open.
        paused_until: Until then the endpoint wants to be left alone (429 with Retry-After).
        last_error_detail: Safe to show.
    """

    __tablename__ = "provider_health"  # pyright: ignore[reportAssignmentType]

    provider_id: UUID = Field(
        sa_column=Column(ForeignKey("provider.id", ondelete="CASCADE"), primary_key=True)
    )
    failures: int = 0
    open_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    paused_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    last_error_code: str | None = None
    last_error_detail: str | None = None
    last_error_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    last_success_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))


class Fallback(SQLModel, table=True):
    """A model that stands in when the chosen one does not answer; the lowest position first."""

    __tablename__ = "fallback"  # pyright: ignore[reportAssignmentType]

    position: int = Field(primary_key=True)
    provider_id: UUID = Field(
        sa_column=Column(ForeignKey("provider.id", ondelete="CASCADE"), nullable=False)
    )
    model: str
