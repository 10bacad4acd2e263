"""How people and tokens look on the wire (section 1)."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.accounts.directory import Person
from app.accounts.tables import PersonalAccessToken
from app.api.bodies import Body
from app.wire.times import timestamp

MAX_TOKEN_DAYS = 366


class PersonBody(Body):
    """A person to be made."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: Annotated[str, Meta(max_length=1024)]


class InitBody(Body):
    """Who sets the server up; the token comes from the link printed at start."""

    superadmin: PersonBody
    ceo: PersonBody | None = None
    setup_token: str | None = None


class LoginBody(Body):
    """An e-mail address and a password."""

    email: Annotated[str, Meta(max_length=320)]
    password: Annotated[str, Meta(max_length=1024)]


class RefreshBody(Body):
    """The refresh token; browsers send it as a cookie instead."""

    refresh_token: str | None = None


class TokenBody(Body):
    """A personal token to be made."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    expires_in_days: Annotated[int, Meta(ge=1, le=MAX_TOKEN_DAYS)] = 90


class StatusView(Body):
    """Whether somebody has set the server up."""

    is_initialized: bool


class NamedView(Body):
    """Something that has a name, from afar."""

    id: UUID
    name: str


class UserView(Body):
    """A person.

    `isInvited`: they can't sign in yet, and an invitation that has not run out waits for them.
    """

    id: UUID
    email: str
    name: str
    platform_role: str
    org_position: str
    department_id: UUID | None
    department: NamedView | None
    is_active: bool
    has_password: bool
    signs_in_elsewhere: bool
    is_invited: bool
    last_seen_at: str | None
    created_at: str
    updated_at: str


class SignedInView(Body):
    """A person and a fresh pair of tokens; a browser gets the refresh token as a cookie alone."""

    user: UserView
    access_token: str
    refresh_token: str | UnsetType = UNSET


class MeView(Body):
    """The signed-in person."""

    user: UserView


class TokenView(Body):
    """A personal token, without its text."""

    id: UUID
    name: str
    last4: str
    expires_at: str
    last_used_at: str | None
    created_at: str


class TokensView(Body):
    """The person's own tokens, newest first."""

    tokens: list[TokenView]


class NewTokenView(Body):
    """A fresh token; `secret` is shown this once."""

    token: TokenView
    secret: str


def user_view(person: Person) -> UserView:
    """A person as every call shows one."""
    user, department = person.user, person.department
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        platform_role=user.platform_role,
        org_position=user.org_position,
        department_id=user.department_id,
        department=NamedView(id=department.id, name=department.name) if department else None,
        is_active=user.is_active,
        has_password=user.password_hash is not None,
        signs_in_elsewhere=user.subject is not None,
        is_invited=person.is_invited,
        last_seen_at=timestamp(user.last_seen_at) if user.last_seen_at else None,
        created_at=timestamp(user.created_at),
        updated_at=timestamp(user.updated_at),
    )


def token_view(token: PersonalAccessToken) -> TokenView:
    """A personal token, without its text."""
    return TokenView(
        id=token.id,
        name=token.name,
        last4=token.last4,
        expires_at=timestamp(token.expires_at),
        last_used_at=timestamp(token.last_used_at) if token.last_used_at else None,
        created_at=timestamp(token.created_at),
    )
