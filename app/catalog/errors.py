"""What can go wrong with the providers' catalog."""

from typing import ClassVar

from app.errors import AppError


class CatalogError(AppError):
    """Root of this package's errors."""


class SlugTaken(CatalogError):
    """Another provider has this slug."""

    code: ClassVar[str] = "slug_exists"


class BuiltInStays(CatalogError):
    """The built-in answerer can be switched off, not deleted or given an address."""

    code: ClassVar[str] = "invalid_request"


class AddressNotAllowed(CatalogError):
    """The base URL is none, or points where the server may not go."""

    code: ClassVar[str] = "address_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, issues=[{"path": ["baseUrl"], "message": message}])


class KeysUnreadable(CatalogError):
    """Stored keys do not open with the secrets that are set."""
