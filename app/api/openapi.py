"""The OpenAPI document: what the framework finds, made to say what the server does.

Refusals, credentials, files and streams follow from a handler's shape, so that a new one is
described without a word of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from litestar import Request
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.serialization import encode_json

from app.api.openai_errors import speaks_openai
from app.api.uploads import FIELD
from app.wire.sse import MEDIA_TYPE as EVENTS

AnyRequest = Request[Any, Any, State]
Described = dict[str, Any]
"""A part of the document."""

_UNSAFE = frozenset({"post", "put", "patch", "delete"})
_BYTES: Described = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_FILES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("get", "/documents/{document_id}/file"): ("application/octet-stream",),
    ("get", "/documents/{document_id}/pages/{number}"): ("application/json", "image/png"),
    ("get", "/chat/conversations/{conversation_id}/export"): ("text/markdown", "application/json"),
    ("get", "/audit-log"): ("application/json", "text/csv"),
    ("get", "/usage"): ("application/json", "text/csv"),
    ("post", "/v1/chat/completions"): ("application/json", EVENTS),
    ("get", "/api/ai-sdk/projects/{project_id}/chat/{chat_id}/stream"): (EVENTS,),
}
"""What is answered beside JSON, or in its place."""

_CHANGES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("post", "/projects/{project_id}/grants"): ("201", "200"),
}
"""Calls that make something or change what is there: the status of each, in this order."""

_IDLE = frozenset({("get", "/api/ai-sdk/projects/{project_id}/chat/{chat_id}/stream")})
"""Calls that answer 204 where there is nothing to follow."""

_EVENT: Described = {
    "schema": {
        "type": "object",
        "required": ["data"],
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string"},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
    }
}
"""One event of a stream: up to version 3.2, the schema of a stream is that of its events."""

_READY = ("get", "/health/ready")  # Its refusal names the parts, as its answer does.

_PROBLEM: Described = {
    "title": "Problem",
    "type": "object",
    "required": ["error", "message", "requestId"],
    "properties": {
        "error": {"type": "string", "description": "A stable code.", "pattern": "^[a-z_]+$"},
        "message": {"type": "string", "description": "What to do, for a person."},
        "requestId": {"type": "string", "description": "Finds the request in the log."},
        "issues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {
                    "path": {"type": "array", "items": {"type": "string"}},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_OPENAI_PROBLEM: Described = {
    "title": "OpenAIProblem",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "What to do, for a person."},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"], "description": "What it is about."},
                "code": {"type": ["string", "null"], "description": "A stable code."},
            },
        }
    },
}
_SENTENCES: Mapping[int, str] = {
    400: "The request does not have the form that this call takes.",
    401: "Nobody is signed in, or the credential is spent.",
    403: "The caller may not do this.",
    404: "There is no such thing, or not for this caller.",
    409: "It is there already, or something else is under way.",
    413: "The body is larger than the server takes.",
    415: "The server does not read files of this type.",
    422: "What is asked for is not to be had on this server.",
    429: "Too many tries; `Retry-After` says when to come back.",
    503: "The server is not ready, or not set up.",
}


class TruthfulJson(JsonRenderPlugin):
    """Serves the document at `/schema/openapi.json`."""

    _rendered: bytes | None = None

    def render(self, request: AnyRequest, openapi_schema: Described) -> bytes:
        """The document as JSON, made once."""
        if self._rendered is None:
            handlers = dict(_handlers(request.app.routes))
            self._rendered = encode_json(described(openapi_schema, handlers))
        return self._rendered


def described(
    document: Described, handlers: Mapping[tuple[str, str], HTTPRouteHandler]
) -> Described:
    """The document with refusals, credentials and media types.

    Args:
        document: As the framework makes it; it is left as it is.
        handlers: By method, in lower case, and path.
    """
    components = document["components"]
    return {
        **document,
        "components": {
            **components,
            "schemas": {
                **components["schemas"],
                "Problem": _PROBLEM,
                "OpenAIProblem": _OPENAI_PROBLEM,
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
        "paths": {
            path: {
                method: _operation((method, path), operation, handlers[method, path])
                for method, operation in item.items()
            }
            for path, item in document["paths"].items()
        },
    }


def _operation(call: tuple[str, str], operation: Described, handler: HTTPRouteHandler) -> Described:
    public = not handler.parsed_fn_signature.parameters.keys() & {"principal", "asker"}
    uploads = handler.resolve_request_max_body_size() is None
    body = _form() if uploads else operation.get("requestBody")
    successes = {
        status: _answer(call, int(status), answer, handler)
        for status, answer in operation["responses"].items()
        if int(status) < 400  # noqa: PLR2004 - where refusals begin
    }
    if call in _CHANGES:
        made, changed = _CHANGES[call]
        successes[changed] = successes[made] | {"description": "It was there, and is changed."}
    if call in _IDLE:
        successes["204"] = {"description": "Nothing is being answered."}
    refusals = {
        str(status): _refusal(_SENTENCES[status], call[1])
        for status in sorted(_statuses(call, public=public, body=body is not None))
    }
    if call == _READY:
        refusals["503"] = successes["200"] | {"description": "A part of it does not work."}
    return {
        **operation,
        **({"requestBody": _optional(body)} if body else {}),
        **({"security": []} if public else {}),
        "responses": {**successes, **refusals, "default": _refusal("Any other refusal.", call[1])},
    }


def _statuses(call: tuple[str, str], *, public: bool, body: bool) -> set[int]:
    method, path = call
    found = {400}
    if not public:
        found |= {401, 403}
    elif method in _UNSAFE:
        found |= {401, 403, 429, 503}
    if "{" in path:
        found.add(404)
    if method in _UNSAFE:
        found |= {409, 422}
    if body:
        found |= {413, 415}
    return found


def _answer(
    call: tuple[str, str], status: int, answer: Described, handler: HTTPRouteHandler
) -> Described:
    if status == 204 or 300 <= status < 400:  # noqa: PLR2004 - answers without a body
        return {name: part for name, part in answer.items() if name != "content"}
    given = cast("Described", answer.get("content", {}))
    if call in _FILES:
        kinds = _FILES[call]
        json = given.get("application/json", _BYTES)
        if json["schema"].get("type") == "string":
            json = {"schema": {"type": "object"}}  # Encoded by the handler itself.
        return {
            **answer,
            "content": {
                kind: {"application/json": json, EVENTS: _EVENT}.get(kind, _BYTES) for kind in kinds
            },
        }
    if handler.parsed_fn_signature.return_type.is_subclass_of(Stream):
        return {**answer, "content": {EVENTS: _EVENT}}
    return answer


def _optional(body: Described) -> Described:
    """A body that may be null may as well be left out."""
    schema = body["content"].get("application/json", {}).get("schema", {})
    return {**body, "required": {"type": "null"} not in schema.get("oneOf", [])}


def _form() -> Described:
    files: Described = {"type": "array", "minItems": 1, "items": _BYTES["schema"]}
    schema: Described = {"type": "object", "required": [FIELD], "properties": {FIELD: files}}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _refusal(sentence: str, path: str) -> Described:
    shape = "OpenAIProblem" if speaks_openai(path) else "Problem"
    reference = {"schema": {"$ref": f"#/components/schemas/{shape}"}}
    return {"description": sentence, "content": {"application/json": reference}}


def _handlers(routes: object) -> Iterator[tuple[tuple[str, str], HTTPRouteHandler]]:
    for route in cast("list[object]", routes):
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods:
                yield (method.lower(), route.path_format), handler
