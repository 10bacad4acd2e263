"""One access predicate taken out, and where to look first whether anybody notices."""

from dataclasses import dataclass

MATRIX = "tests/authorization/test_matrix.py"
_THROUGH = f"{MATRIX}::test_only_those_who_may_get_through"

ANYONE = "__import__('app.access.anyone', fromlist=['ANYONE']).ANYONE"
"""A principal who reaches every project: in the place of the caller, nothing is required."""
ANYONE_MODULE = """
from uuid import UUID

from app.access.principal import Principal
from app.accounts.tables import User

_USER = User(id=UUID(int=0), email="-", name="-", platform_role="superadmin")
ANYONE = Principal(_USER, UUID(int=0))
"""


@dataclass(frozen=True)
class Mutation:
    """What to change, and the test that should fail.

    Attributes:
        file: From the root.
        source: Stands exactly once in it.
        hints: Tests to try first, the likeliest in front.
    """

    name: str
    file: str
    source: str
    replacement: str
    hints: tuple[str, ...]


def route(method: str, path: str) -> str:
    """The matrix's test of one route."""
    return f"{_THROUGH}[{method} {path}]"


def unrequired(file: str, call: str, context: str, *hints: str) -> Mutation:
    """The call no longer asks for the caller, but for somebody who may do everything.

    Args:
        file: Where.
        call: With `principal` as the one to ask for.
        context: What follows, as far as it takes to be found.
        hints: As above.
    """
    free = call.replace("principal", ANYONE)
    name = f"{hints[0].partition('[')[2].rstrip(']') or hints[0]}: {call.strip()}"
    return Mutation(name, file, call + context, free + context, hints)


def dropped(file: str, line: str, context: str, *hints: str) -> Mutation:
    """The line does nothing any more."""
    name = f"{hints[0].partition('[')[2].rstrip(']') or hints[0]}: {line.strip()}"
    return Mutation(name, file, line + context, "pass" + context, hints)


def changed(name: str, file: str, source: str, replacement: str, *hints: str) -> Mutation:
    """Something else stands there."""
    return Mutation(name, file, source, replacement, hints)
