"""How signed-in sessions look on the wire (section 1)."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.accounts.tables import AuthSession
from app.api.bodies import Body
from app.wire.times import timestamp


class SessionView(Body):
    """A signed-in session, where it was last used from, and whether this request is of it."""

    id: UUID
    way: str
    address: str
    user_agent: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class SessionsView(Body):
    """The person's own sessions that stand, the last used first."""

    sessions: list[SessionView]


class EndedView(Body):
    """How many sessions were ended."""

    ended: int
    success: bool = True


class EndedOneView(Body):
    """The session that was ended."""

    id: UUID
    success: bool = True


class PasswordBody(Body):
    """The old password and the new one."""

    current_password: Annotated[str, Meta(max_length=1024)]
    new_password: Annotated[str, Meta(max_length=1024)]


def session_view(session: AuthSession, current: UUID) -> SessionView:
    """A session as its owner sees it.

    Args:
        session: The row.
        current: The session that asks.
    """
    return SessionView(
        id=session.id,
        way=session.way,
        address=session.address,
        user_agent=session.user_agent,
        created_at=timestamp(session.created_at),
        last_used_at=timestamp(session.last_used_at),
        expires_at=timestamp(session.expires_at),
        current=session.id == current,
    )
