"""What people may be called, how they are reached, and which passwords are taken."""

import re
from collections.abc import Sequence

from app.accounts.passwords import weakness
from app.errors import InvalidRequest

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^[^@\s]+@localhost$")


def checked_text(text: str, *path: str) -> str:
    """The text as it is.

    Raises:
        InvalidRequest: It holds what no database keeps: NUL, or half of a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidRequest("This text holds characters that can't be stored.", *path)
    return text


def checked_email(email: str, *path: str) -> str:
    """The address without what surrounds it.

    Raises:
        InvalidRequest: It is none.
    """
    checked_text(email, *path)
    if not _EMAIL.match(email.strip()):
        raise InvalidRequest("This is not an e-mail address.", *path)
    return email.strip()


def checked_name(name: str, *path: str) -> str:
    """The name without what surrounds it.

    Raises:
        InvalidRequest: Nothing is left.
    """
    checked_text(name, *path)
    if not name.strip():
        raise InvalidRequest("Enter a name.", *path)
    return name.strip()


def checked_password(password: str, *path: str, known: Sequence[str] = ()) -> str:
    """The password as it is.

    Args:
        password: As chosen.
        path: The field, for the error.
        known: The person's name and e-mail address, which make no password.

    Raises:
        InvalidRequest: It is too weak; the message says in which way.
    """
    checked_text(password, *path)
    if complaint := weakness(password, *known):
        raise InvalidRequest(complaint, *path)
    return password
