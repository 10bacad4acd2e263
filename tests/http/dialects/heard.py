"""What clients understand of an answer, in whichever dialect it was told."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Event(NamedTuple):
    """An event as its reader handed it over.

    Attributes:
        name: Of the event, or of the part.
        id: Empty where the dialect has none.
        data: JSON that was read, or the text where it is none.
    """

    name: str
    id: str
    data: Any


Stream = AsyncGenerator[Event]


@dataclass(frozen=True)
class Request:
    """What a client sends."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None


@dataclass(eq=False)
class Refused(Exception):
    """There is no stream, but a status and a body; each as far as the client tells."""

    status: int | None
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False)
class Broke(Exception):
    """What the client raised in mid-stream.

    Attributes:
        code: Where it tells one.
    """

    message: str
    code: str | None = None


def read(data: str) -> Any:
    """JSON, or the text itself."""
    try:
        return json.loads(data)
    except ValueError:
        return data
