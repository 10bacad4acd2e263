"""One table from an error's code to its HTTP status, and the root of the shell's errors.

Errors carry a stable code and a sentence for a person; none of them knows HTTP. What has no row
here is a defect and leaves as 500 `internal_error`, its text kept for the log.
"""

from collections.abc import Mapping
from typing import ClassVar

STATUS: Mapping[str, int] = {
    "invalid_request": 400,
    "empty_file": 400,
    "unauthenticated": 401,
    "token_expired": 401,
    "invalid_credentials": 401,
    "forbidden": 403,
    "forbidden_role": 403,
    "local_sign_in_off": 403,
    "follow_ups_spent": 403,
    "project_access_denied": 403,
    "setup_token_required": 403,
    "address_refused": 400,
    "host_not_allowed": 400,
    "not_found": 404,
    "target_not_found": 404,
    "method_not_allowed": 405,
    "email_exists": 409,
    "ceo_exists": 409,
    "name_exists": 409,
    "owns_projects": 409,
    "already_initialized": 409,
    "already_requested": 409,
    "already_decided": 409,
    "generation_in_progress": 409,
    "idempotency_conflict": 409,
    "slug_exists": 409,
    "duplicate_file": 409,
    "too_many_memories": 409,
    "gone": 410,
    "blob_missing": 410,
    "link_spent": 410,
    "file_too_large": 413,
    "unsupported_type": 415,
    "mode_unavailable": 422,
    "no_provider": 422,
    "unknown_model": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "not_bootstrapped": 503,
    "not_ready": 503,
}


class AppError(Exception):
    """Root of the shell's errors.

    Attributes:
        code: A key of `STATUS`.
        message: A sentence that tells a person what to do.
        extra: Further fields of the error body, safe to show.
    """

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class InvalidRequest(AppError):
    """The request does not fit; `issues` names the fields.

    Args:
        message: What is wrong, for a person.
        path: The field, from the outside in.
    """

    code: ClassVar[str] = "invalid_request"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.issues = [{"path": list(path), "message": message}] if path else []


class NotFound(AppError):
    """There is no such thing, or not for this caller."""

    code: ClassVar[str] = "not_found"


class NotReady(AppError):
    """A part of the server is still starting, or down."""

    code: ClassVar[str] = "not_ready"
