"""What can go wrong with people: proving who one is, and changing who is there."""

from typing import ClassVar

from app.errors import AppError, NotFound


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


class CeoExists(AccountsError):
    """There is a chief executive already."""

    code: ClassVar[str] = "ceo_exists"


class NameExists(AccountsError):
    """Another department, or another group of the department, has this name already."""

    code: ClassVar[str] = "name_exists"


class OwnsProjects(AccountsError):
    """Projects would be left without an owner; `projects` in the answer names them."""

    code: ClassVar[str] = "owns_projects"


class RateLimited(AccountsError):
    """Too many tries; `retry_after_s` says when the next one is heard."""

    code: ClassVar[str] = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Forbidden(AccountsError):
    """The caller is known and may not do this."""

    code: ClassVar[str] = "forbidden"


class ForbiddenRole(AccountsError):
    """The caller may do this, but not to people of that platform role."""

    code: ClassVar[str] = "forbidden_role"


class TargetNotFound(NotFound):
    """The request names somebody or something that is not there, or not for this caller."""

    code: ClassVar[str] = "target_not_found"


class LinkSpent(AccountsError):
    """A one-time link that was used, ran out, was replaced, or never was."""

    code: ClassVar[str] = "link_spent"


class LocalSignInOff(AccountsError):
    """Passwords and links are switched off: people sign in with the issuer."""

    code: ClassVar[str] = "local_sign_in_off"
