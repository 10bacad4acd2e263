"""Rows of people and their credentials."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


class User(SQLModel, table=True):
    """A person.

    Attributes:
        email: Lower case, unique.
        password_hash: Argon2id, in its own encoded form.
        platform_role: `superadmin`, `admin`, `engineer` or `none`.
        org_position: `ceo`, `manager` or `member`.
    """

    __tablename__ = "user_account"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    email: str
    name: str
    password_hash: str
    platform_role: str = "none"
    org_position: str = "member"
    is_active: bool = True
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class RefreshToken(SQLModel, table=True):
    """One link of a chain of refresh tokens; the chain is a signed-in session.

    Attributes:
        family_id: Shared by all tokens that descend from one sign-in.
        token_hash: SHA-256 of the opaque token, in hex.
        spent_at: When it was exchanged for the next one; its use after that ends the family.
    """

    __tablename__ = "refresh_token"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    family_id: UUID
    token_hash: str
    expires_at: datetime = Field(sa_column=moment_column())
    spent_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class PersonalAccessToken(SQLModel, table=True):
    """A named, expiring credential for programs; shown once, stored as SHA-256 in hex."""

    __tablename__ = "personal_access_token"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    name: str
    token_hash: str
    last4: str
    expires_at: datetime = Field(sa_column=moment_column())
    last_used_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class SignInFailure(SQLModel, table=True):
    """One failed sign-in.

    Attributes:
        bucket: `account:<hash of the e-mail>` or `address:<client address>`.
    """

    __tablename__ = "sign_in_failure"  # pyright: ignore[reportAssignmentType]

    bucket: str = Field(primary_key=True)
    at: datetime = Field(
        default_factory=now, sa_column=Column(DateTime(timezone=True), primary_key=True)
    )
