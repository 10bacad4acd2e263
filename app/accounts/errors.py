"""What can go wrong with proving who one is."""

from typing import ClassVar

from app.errors import AppError


class AccountsError(AppError):
    """Root of this package's errors."""


class Unauthenticated(AccountsError):
    """No credential, or one that means nothing."""

    code: ClassVar[str] = "unauthenticated"


class TokenExpired(AccountsError):
    """The credential was good once."""

    code: ClassVar[str] = "token_expired"


class InvalidCredentials(AccountsError):
    """Wrong e-mail, wrong password or an inactive account: the caller can't tell which."""

    code: ClassVar[str] = "invalid_credentials"


class NotBootstrapped(AccountsError):
    """Nobody has set the server up yet."""

    code: ClassVar[str] = "not_bootstrapped"


class AlreadyInitialized(AccountsError):
    """Somebody has set the server up before."""

    code: ClassVar[str] = "already_initialized"


class SetupTokenRequired(AccountsError):
    """Set-up from elsewhere needs the token printed at the server's start."""

    code: ClassVar[str] = "setup_token_required"


class EmailExists(AccountsError):
    """Somebody has this e-mail address already."""

    code: ClassVar[str] = "email_exists"


class RateLimited(AccountsError):
    """Too many tries; `retry_after_s` says when the next one is heard."""

    code: ClassVar[str] = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Forbidden(AccountsError):
    """The caller is known and may not do this."""

    code: ClassVar[str] = "forbidden"
