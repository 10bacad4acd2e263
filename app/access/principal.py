"""Who makes a request."""

from dataclasses import dataclass
from uuid import UUID

from app.accounts.tables import User


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, read from the database on this very request.

    Attributes:
        family_id: The signed-in session; None for a personal access token.
    """

    user: User
    family_id: UUID | None
