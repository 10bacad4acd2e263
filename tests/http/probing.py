"""Calls made up from the OpenAPI document, with real ids in half of them, and what they broke."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATIENCE_S = 20
_ORDER = ["get", "post", "put", "patch", "delete"]  # What takes things away comes last.
_ENDS = ("/logout", "/delete", "/sessions")
ENDLESS = ("/events",)
"""Streams that go on for ever: asked for with ids of nothing."""
_SAYS_503 = "/health/ready"
"""Where jobs wait and nobody works, as here, that is the truth, and described."""


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        name: For the report.
        token: The bearer; None for nobody.
        sound: Examples of what the document allows, for each call.
        broken: Examples of what it does not.
    """

    name: str
    token: str | None
    sound: int
    broken: int


def in_order(document: Mapping[str, Any], url: str) -> list[Any]:
    """Every operation of the document, whichever they are, the harmless ones first."""
    config = schemathesis.Config.from_dict({"base-url": url})
    schema = schemathesis.openapi.from_dict(dict(document), config=config)
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=_rank)


def broken_by(operation: Any, caller: Caller, ids: Mapping[str, str]) -> str | None:
    """What the operation does that its description does not say; None when nothing was found."""
    modes = [
        (schemathesis.GenerationMode.POSITIVE, caller.sound),
        (schemathesis.GenerationMode.NEGATIVE, caller.broken),
    ]
    for mode, examples in modes:
        try:
            _probe(operation, caller, ids, mode, examples)
        except AssertionError as error:
            return f"{caller.name}: {_told(error)}"
        except BaseExceptionGroup as group:
            return f"{caller.name}: {'; '.join(_told(error) for error in group.exceptions)}"
        except Unsatisfiable:
            continue  # A call that takes nothing can't be called wrongly.
    return None


def fed(value: Any, ids: Mapping[str, str], name: str = "") -> Any:
    """The value with real ids wherever a name says what would be one."""
    if isinstance(value, dict):
        return {key: fed(each, ids, str(key)) for key, each in value.items()}
    known = ids.get(name.replace("_", "").lower())
    if isinstance(value, list):
        single = ids.get(name.lower().removesuffix("s"))
        return [single] if single else [fed(each, ids) for each in value]
    return known if known is not None and isinstance(value, str) else value


def _probe(
    operation: Any, caller: Caller, ids: Mapping[str, str], mode: Any, examples: int
) -> None:
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    known = {} if operation.path.endswith(ENDLESS) else ids
    checks = CHECKS[1:] if operation.path == _SAYS_503 else CHECKS

    with requests.Session() as connection:

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def probe(case: Any, real: bool) -> None:
            if real and known:
                case.path_parameters = fed(case.path_parameters or {}, known)
                case.query = fed(case.query or {}, known)
                case.body = fed(case.body, known)
            given_headers = {
                name: value
                for name, value in (case.headers or {}).items()
                if name.lower() != "authorization"
            }
            case.headers = given_headers
            answer = case.call(headers=headers, session=connection, timeout=PATIENCE_S)
            case.validate_response(answer, checks=checks)

        probe()


def _rank(operation: Any) -> tuple[bool, int, int]:
    ends = operation.path.endswith(_ENDS)
    # Below a thing before the thing itself.
    return ends, _ORDER.index(operation.method), -operation.path.count("/")


def _told(error: BaseException) -> str:
    return " ".join(str(error).split())[:900]
