"""Who makes a request."""

from dataclasses import dataclass, field
from uuid import UUID

from app.accounts.tables import User
from app.audit.record import Actor


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, read from the database on this very request.

    Attributes:
        session_id: The signed-in session; None for a personal access token.
        token_id: The personal access token; None for a signed-in session.
        address: Where the request comes from.
        by_role_alone: Projects that this request reached by rule 1 alone, for the audit log.
    """

    user: User
    session_id: UUID | None
    token_id: UUID | None = None
    address: str = ""
    by_role_alone: set[UUID] = field(default_factory=set[UUID])

    @property
    def actor(self) -> Actor:
        """How the audit log names the person."""
        return Actor(self.user.id, self.user.email, self.address)
