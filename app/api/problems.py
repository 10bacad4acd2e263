"""Errors to JSON bodies (wire contract, section 0): the one place where codes become statuses."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from app.accounts.errors import RateLimited
from app.errors import STATUS, AppError, InvalidRequest
from app.telemetry import blackened, request_id
from ingest.errors import IngestError
from providers.errors import ModelUnknown, NoProvider, ProviderError

AnyRequest = Request[Any, Any, State]
Problem = Response[dict[str, object]]
_log = logging.getLogger(__name__)

_BY_STATUS: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "file_too_large",
    415: "unsupported_type",
    429: "rate_limited",
    503: "not_ready",
}
_SENTENCES: Mapping[str, str] = {
    "invalid_request": "The request does not have the form that this call takes.",
    "not_found": "There is nothing here.",
    "method_not_allowed": "This call does not take that method.",
    "file_too_large": "The request is larger than the server takes.",
    "internal_error": "Something went wrong here. The request id helps to find it in the log.",
    "not_ready": "The server is not ready yet. Try again in a moment.",
}


def problem(
    code: str, message: str, *, extra: Mapping[str, object] | None = None, retry_after_s: int = 0
) -> Problem:
    """The error body, with the status that belongs to its code."""
    body: dict[str, object] = {"error": code, "message": message, "requestId": request_id.get()}
    body.update(extra or {})
    headers = {"Cache-Control": "no-store"}
    if retry_after_s:
        headers["Retry-After"] = str(retry_after_s)
    return Response(body, status_code=STATUS[code], media_type=MediaType.JSON, headers=headers)


def from_app(_: AnyRequest, error: AppError) -> Problem:
    """An error of the shell."""
    if error.code not in STATUS or STATUS[error.code] == STATUS["internal_error"]:
        return from_defect(_, error)
    extra = dict(error.extra)
    if isinstance(error, InvalidRequest) and error.issues:
        extra["issues"] = error.issues
    wait = error.retry_after_s if isinstance(error, RateLimited) else 0
    return problem(error.code, error.message, extra=extra, retry_after_s=wait)


def from_ingest(request: AnyRequest, error: IngestError) -> Problem:
    """An upload that was refused, or a document that can't be served."""
    if error.code not in STATUS:
        return from_defect(request, error)
    return problem(error.code, error.message)


def from_provider(request: AnyRequest, error: ProviderError) -> Problem:
    """A model that can't be chosen."""
    if isinstance(error, ModelUnknown):
        return problem("unknown_model", error.detail)
    if isinstance(error, NoProvider):
        return problem("no_provider", error.detail)
    return from_defect(request, error)


def from_http(request: AnyRequest, error: HTTPException) -> Problem:
    """What Litestar itself refuses: routes, methods, bodies."""
    code = _BY_STATUS.get(error.status_code)
    if code is None:
        return from_defect(request, error)
    issues = _issues(error)
    message = issues[0]["message"] if issues else _SENTENCES.get(code, error.detail)
    return problem(code, str(message), extra={"issues": issues} if issues else None)


def from_defect(request: AnyRequest, error: Exception) -> Problem:
    """Anything else is ours to mend: logged whole, shown as nothing but its request id."""
    _log.error("unhandled error", exc_info=error, extra={"path": blackened(request.url.path)})
    return problem("internal_error", _SENTENCES["internal_error"])


HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Problem]] = {
    AppError: from_app,
    IngestError: from_ingest,
    ProviderError: from_provider,
    HTTPException: from_http,
    Exception: from_defect,
}


def _issues(error: HTTPException) -> list[dict[str, object]]:
    if error.status_code != STATUS["invalid_request"] or not isinstance(error.extra, list):
        return []
    entries = cast("list[dict[str, object]]", error.extra)
    issues: list[dict[str, object]] = []
    for entry in entries:
        key = str(entry.get("key") or "")
        issues.append(
            {"path": key.split(".") if key else [], "message": str(entry.get("message", ""))}
        )
    return issues
