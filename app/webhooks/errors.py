"""What can go wrong with webhooks."""

from typing import ClassVar

from app.errors import AppError


class AddressNotAllowed(AppError):
    """The address is none, or points where the server may not go."""

    code: ClassVar[str] = "address_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, issues=[{"path": ["url"], "message": message}])
