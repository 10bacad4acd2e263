"""Rows of integrations and of the counters that limit them."""

from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Column, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now

Kind: TypeAlias = Literal["widget", "api"]


class Integration(SQLModel, table=True):
    """A token by which another site or back end asks in one project.

    Attributes:
        kind: `widget` for browsers, which show the token to everybody; `api` for back ends.
        token_hash: SHA-256 of the token, in hex.
        generation: Counts the tokens it has had.
        allowed_domains: Hosts whose pages may ask, `example.com` or `*.example.com`; none for all.
        rate_limit_per_minute: Requests of all its customers.
        customer_limit_per_minute: Requests of one customer.
        daily_budget: Questions in a day of UTC; None for no limit.
        escalation: When people take over.
    """

    __tablename__ = "integration"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    project_id: UUID = Field(
        sa_column=Column(ForeignKey("project.id", ondelete="CASCADE"), nullable=False)
    )
    name: str
    kind: str
    token_hash: str
    token_last4: str
    generation: int = 1
    allowed_domains: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False)
    )
    rate_limit_per_minute: int
    customer_limit_per_minute: int
    daily_budget: int | None = None
    escalation: dict[str, object] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False)
    )
    is_enabled: bool = True
    created_by: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class IntegrationDay(SQLModel, table=True):
    """How many questions an integration was asked in a day of UTC."""

    __tablename__ = "integration_day"  # pyright: ignore[reportAssignmentType]

    integration_id: UUID = Field(
        sa_column=Column(ForeignKey("integration.id", ondelete="CASCADE"), primary_key=True)
    )
    day: date = Field(primary_key=True)
    questions: int


class RateBucket(SQLModel, table=True):
    """A counter of requests.

    Attributes:
        key: What is counted: `integration:<id>`, `customer:<id>:<hash>`, `address:<address>` …
        spent_until: When all that was taken from it has flowed back.
    """

    __tablename__ = "rate_bucket"  # pyright: ignore[reportAssignmentType]

    key: str = Field(primary_key=True)
    spent_until: datetime = Field(sa_column=moment_column())
