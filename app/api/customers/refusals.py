"""Refusals of dialects that have bodies of their own: one word or sentence under `error`."""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from app.access.errors import AccessDenied
from app.accounts.errors import Forbidden, RateLimited, TokenExpired, Unauthenticated
from app.api.problems import HANDLERS
from app.chat.errors import GenerationInProgress, IdempotencyConflict
from app.errors import InvalidRequest, NotFound

AnyRequest = Request[Any, Any, State]
Refusal: TypeAlias = Response[dict[str, str]]
Handlers: TypeAlias = dict[int | type[Exception], Callable[[AnyRequest, Any], Refusal]]
Told: TypeAlias = Callable[[int, Exception], str]
"""What stands under `error`, for a status and what went wrong."""

DEFECT: Final = 500
_SOON_S: Final = 2
_STATUS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (RateLimited, 429),
    (GenerationInProgress, 429),
    (Unauthenticated, 401),
    (TokenExpired, 401),
    (Forbidden, 403),
    (AccessDenied, 403),
    (InvalidRequest, 400),
    (NotFound, 404),
    (IdempotencyConflict, 409),
)
_log = logging.getLogger(__name__)


def handlers(told: Told) -> Handlers:
    """What turns whatever goes wrong in a handler into this dialect's refusal."""

    def refused(request: AnyRequest, error: Exception) -> Refusal:
        status = status_of(error)
        if status == DEFECT:
            _log.error("unhandled error", exc_info=error, extra={"path": request.url.path})
        headers = {"Cache-Control": "no-store"}
        if wait := _wait(error):
            headers["Retry-After"] = str(wait)
        body = {"error": told(status, error)}
        return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)

    # The server's own stand for particular errors: each of them is taken over.
    return dict.fromkeys(HANDLERS, refused)


def status_of(error: Exception) -> int:
    """The status: these dialects know 400, 401, 403, 404, 429 and 500, and 409 for a key."""
    if isinstance(error, HTTPException):
        # A body that is too large, of another type, or cut off.
        return 400 if error.status_code < DEFECT else DEFECT
    return next((status for kind, status in _STATUS if isinstance(error, kind)), DEFECT)


def _wait(error: Exception) -> int:
    if isinstance(error, RateLimited):
        return error.retry_after_s
    return _SOON_S if isinstance(error, GenerationInProgress) else 0
