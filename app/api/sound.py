"""Text as the database takes it: what is none is refused before a handler sees it."""

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.datastructures import State

from app.errors import InvalidRequest

_NUL = re.compile(rb"%00|\x00")
_NUL_IN_JSON = rb"\u0000"


def is_text(encoded: bytes) -> bool:
    """Whether a path or query, as it was sent, is UTF-8 without NUL."""
    if _NUL.search(encoded):
        return False
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


class SoundRequest(Request[Any, Any, State]):
    """A request whose JSON holds nothing that is no text, and no more levels than can be read."""

    async def json(self) -> object:
        """The body's JSON.

        Raises:
            InvalidRequest: It is not UTF-8, too deep, or a string in it holds NUL.
        """
        try:
            found: object = await super().json()
        except UnicodeDecodeError as error:
            raise InvalidRequest("The request's JSON has to be UTF-8.") from error
        except RecursionError as error:
            raise InvalidRequest("The request's JSON is nested too deeply.") from error
        if _NUL_IN_JSON in await self.body() and _holds_nul(found):
            raise InvalidRequest("The request's JSON holds the character NUL. Leave it out.")
        return found


def _holds_nul(found: object) -> bool:
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\x00" in value:
                return True
        elif isinstance(value, Mapping):
            entries = cast("Mapping[object, object]", value)
            waiting += [*entries.keys(), *entries.values()]
        elif isinstance(value, list):
            waiting += cast("list[object]", value)
    return False
