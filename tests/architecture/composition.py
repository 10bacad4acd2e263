"""compose.yaml as compose reads it: variables filled in, anchors merged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.architecture.checkout import ROOT

FILE = ROOT / "compose.yaml"
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?])([^}]*))?\})")


class VariableMissing(Exception):
    """A variable without which compose refuses to start."""


def written() -> dict[str, Any]:
    """The file, variables as they stand."""
    return dict(yaml.safe_load(FILE.read_text()))


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """The same with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` replaced.

    Raises:
        VariableMissing: One with `?` is not given; the message is its own.
    """
    if isinstance(value, dict):
        return {key: filled(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, variables) for inner in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: _replaced(match, variables), value)
    return value


def _replaced(match: re.Match[str], variables: Mapping[str, str]) -> str:
    dollar, name, kind, word = match.groups()
    if dollar:
        return "$"
    given = variables.get(name)
    if given or (given is not None and kind in {"-", "?"}):
        return given
    if kind in {":?", "?"}:
        raise VariableMissing(word)
    return word or ""


@dataclass(frozen=True)
class Service:
    """What a test needs to know of a service."""

    name: str
    definition: dict[str, Any]

    @property
    def command(self) -> list[str]:
        return list(self.definition["command"])

    def environment(self, outside: Mapping[str, str]) -> dict[str, str]:
        """What its process gets; a variable without a value is passed on if it is there."""
        entries: dict[str, Any] = self.definition.get("environment", {})
        passed = {
            name: str(value) if value is not None else outside.get(name)
            for name, value in entries.items()
        }
        return {name: value for name, value in passed.items() if value is not None}


def services(variables: Mapping[str, str]) -> dict[str, Service]:
    """All services by name.

    Raises:
        VariableMissing: A secret is not given.
    """
    composed = filled(written(), variables)
    return {name: Service(name, body) for name, body in composed["services"].items()}
