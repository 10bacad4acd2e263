"""Refusals in the shape that OpenAI's have, on the paths that speak that dialect."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from app.api.problems import HANDLERS as OURS
from app.api.problems import Problem
from app.chat.errors import IdempotencyConflict
from app.wire.openai import ErrorBody, Trouble, kind_of

AnyRequest = Request[Any, Any, State]
Refused = Response[Any]
Handler = Callable[[AnyRequest, Any], Problem]

PATHS = ("/v1/models", "/v1/chat/completions")
_CODES: Mapping[str, str] = {
    "unauthenticated": "invalid_api_key",
    "token_expired": "invalid_api_key",
    "not_found": "model_not_found",
    "rate_limited": "rate_limit_exceeded",
    "file_too_large": "request_too_large",
}
"""Our codes for which their clients know another."""
_BODY = "data"
"""Where the framework says that the body as a whole is wrong, a field that is missing included."""
_MISSING = re.compile(r"missing required field `(\w+)`")
_ABOUT_THE_MODEL = frozenset({"model_not_found", "project_access_denied"})


def speaks_openai(path: str) -> bool:
    """Whether this path's answers have OpenAI's shape."""
    return any(path == each or path.startswith(f"{each}/") for each in PATHS)


def openai_body(status: int, body: Mapping[str, Any]) -> ErrorBody:
    """Our error body in their shape."""
    code = _CODES.get(body["error"], body["error"])
    issues = cast("Sequence[Mapping[str, Any]]", body.get("issues") or ())
    path = [str(part) for part in issues[0]["path"]] if issues else []
    if path[:1] == [_BODY]:
        path = _MISSING.findall(str(body["message"])) or path[1:]
    param = ".".join(path) or ("model" if code in _ABOUT_THE_MODEL else None)
    return ErrorBody(Trouble(str(body["message"]), kind_of(status), param, code))


def _in_their_shape(handler: Handler) -> Callable[[AnyRequest, Any], Refused]:
    def handle(request: AnyRequest, error: Exception) -> Refused:
        answer = handler(request, error)
        if not speaks_openai(request.url.path):
            return answer
        body = openai_body(answer.status_code or 500, answer.content)
        if answer.content["error"] == IdempotencyConflict.code:
            # Their clients take every 409 for one that passes.
            answer.headers["X-Should-Retry"] = "false"
        return Response(
            msgspec.json.encode(body),
            status_code=answer.status_code,
            media_type="application/json",
            headers=answer.headers,
        )

    return handle


HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Refused]] = {
    kind: _in_their_shape(handler) for kind, handler in OURS.items()
}
"""For the whole application: our own shape elsewhere, theirs on their paths."""
