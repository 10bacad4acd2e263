"""Rows of people, where they belong, and their credentials."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from ingest.corpus.tables import moment_column, now


class Department(SQLModel, table=True):
    """A part of the organisation; a person is in one at most."""

    __tablename__ = "department"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str
    description: str = ""
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class Group(SQLModel, table=True):
    """People of a department who are given access together.

    Attributes:
        external_name: Its name at the OpenID Connect issuer: whoever signs in with this group
            claim is a member, and whoever signs in without it no longer is.
    """

    __tablename__ = "user_group"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    department_id: UUID = Field(
        sa_column=Column(ForeignKey("department.id", ondelete="CASCADE"), nullable=False)
    )
    name: str
    description: str = ""
    external_name: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class GroupMember(SQLModel, table=True):
    """Somebody's place in a group.

    Attributes:
        source: `manual`, or `sign_in` where the issuer's group claim gave it and may take it back.
    """

    __tablename__ = "group_member"  # pyright: ignore[reportAssignmentType]

    group_id: UUID = Field(
        sa_column=Column(ForeignKey("user_group.id", ondelete="CASCADE"), primary_key=True)
    )
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    )
    source: str = "manual"
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class User(SQLModel, table=True):
    """A person.

    Attributes:
        email: Lower case, unique.
        password_hash: Argon2id, in its own encoded form; None for somebody who has not taken an
            invitation up, or who signs in elsewhere.
        platform_role: `superadmin`, `admin`, `engineer` or `none`.
        org_position: `ceo`, `manager` or `member`.
        issuer: The OpenID Connect issuer that knows the person, as `subject`.
        last_seen_at: The last sign-in or renewal of a session.
    """

    __tablename__ = "user_account"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    email: str
    name: str
    password_hash: str | None = None
    platform_role: str = "none"
    org_position: str = "member"
    department_id: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("department.id", ondelete="SET NULL"), nullable=True),
    )
    is_active: bool = True
    issuer: str | None = None
    subject: str | None = None
    last_seen_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    updated_at: datetime = Field(default_factory=now, sa_column=moment_column())


class AuthSession(SQLModel, table=True):
    """A signed-in session: everything that descends from one sign-in.

    Attributes:
        way: `password`, `link`, `oidc` or `setup`.
        address: Where it was last used from.
        user_agent: The client's own word, cut short.
        expires_at: When its newest refresh token runs out.
        revoked_at: When it was ended; its tokens, access tokens too, mean nothing any more.
    """

    __tablename__ = "auth_session"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    way: str
    address: str = ""
    user_agent: str = ""
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    last_used_at: datetime = Field(default_factory=now, sa_column=moment_column())
    expires_at: datetime = Field(sa_column=moment_column())
    revoked_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))


class RefreshToken(SQLModel, table=True):
    """One link of a session's chain of refresh tokens (its family).

    Attributes:
        family_id: The session.
        token_hash: SHA-256 of the opaque token, in hex.
        spent_at: When it was exchanged for the next one; its use after that ends the family.
    """

    __tablename__ = "refresh_token"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    family_id: UUID = Field(
        sa_column=Column(ForeignKey("auth_session.id", ondelete="CASCADE"), nullable=False)
    )
    token_hash: str
    expires_at: datetime = Field(sa_column=moment_column())
    spent_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())


class OneTimeLink(SQLModel, table=True):
    """A link by which somebody sets a password, once; a new one ends the one before.

    Attributes:
        purpose: `invitation` or `password_reset`.
        token_hash: SHA-256 of the opaque token, in hex.
    """

    __tablename__ = "one_time_link"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False)
    )
    purpose: str
    token_hash: str
    created_by: UUID | None = Field(
        default=None,
        sa_column=Column(ForeignKey("user_account.id", ondelete="SET NULL"), nullable=True),
    )
    created_at: datetime = Field(default_factory=now, sa_column=moment_column())
    expires_at: datetime = Field(sa_column=moment_column())


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
