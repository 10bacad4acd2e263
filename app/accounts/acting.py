"""Whoever does something here, as this package needs to know them."""

from typing import Protocol

from app.accounts.tables import User
from app.audit.record import Actor


class Acting(Protocol):
    """The person who makes a request, read from the database on it."""

    @property
    def user(self) -> User:
        """Whose role and position decide what they may do."""
        ...

    @property
    def actor(self) -> Actor:
        """How the audit log names them."""
        ...
