"""Words that stand in one place each, so that whoever reads one has read that place."""

import re
from collections.abc import Iterable
from secrets import token_hex
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["project", "talk", "people", "audit", "secret"]
"""`project`: what the foreign project holds. `talk`: what somebody else asked and was answered.
`people`: who is in the foreign project. `audit`: an entry of the log. `secret`: credentials."""

_LETTERS: dict[Kind, str] = {
    "project": "p",
    "talk": "t",
    "people": "h",
    "audit": "a",
    "secret": "s",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_WORD = re.compile(rb"kanari([pthas])[0-9a-f]{8}", re.IGNORECASE)


def canary(kind: Kind) -> str:
    """A fresh word of this kind; letters and digits, so that it survives every encoding."""
    return f"kanari{_LETTERS[kind]}{token_hex(4)}"


def sung(raw: bytes) -> set[Kind]:
    """The kinds whose words stand in these bytes."""
    return {_KINDS[found.decode().lower()] for found in _WORD.findall(raw)}


def leaked(raw: bytes, allowed: Iterable[Kind]) -> set[Kind]:
    """The kinds that stand there and should not."""
    return sung(raw) - set(allowed)
