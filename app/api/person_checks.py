"""What people may be called, how they are reached, and which passwords are taken."""

import re

from app.accounts.passwords import weakness
from app.errors import InvalidRequest

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^[^@\s]+@localhost$")


def checked_email(email: str, *path: str) -> str:
    """The address without what surrounds it.

    Raises:
        InvalidRequest: It is none.
    """
    if not _EMAIL.match(email.strip()):
        raise InvalidRequest("This is not an e-mail address.", *path)
    return email.strip()


def checked_name(name: str, *path: str) -> str:
    """The name without what surrounds it.

    Raises:
        InvalidRequest: Nothing is left.
    """
    if not name.strip():
        raise InvalidRequest("Enter a name.", *path)
    return name.strip()


def checked_password(password: str, *path: str) -> str:
    """The password as it is.

    Raises:
        InvalidRequest: It is too weak; the message says in which way.
    """
    if complaint := weakness(password):
        raise InvalidRequest(complaint, *path)
    return password
