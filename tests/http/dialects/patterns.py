"""What differs in every answer: values that equal whatever fits."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID


class Like:
    """Equal to what fits.

    Args:
        name: Of what is meant, for whoever reads a failure.
        fits: Whether a value does.
    """

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, name: str, fits: Callable[[Any], bool]) -> None:
        self._name = name
        self._fits = fits

    def __eq__(self, other: object) -> bool:
        return self._fits(other)

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _is_id(value: Any) -> bool:
    try:
        return str(UUID(value)) == value
    except (TypeError, ValueError, AttributeError):
        return False


def starting(text: str) -> Like:
    """A text that starts so."""
    return Like(f"{text}…", lambda value: isinstance(value, str) and value.startswith(text))


def holding(**fields: Any) -> Like:
    """An object with these fields, among others."""
    return Like(
        f"an object with {fields}",
        lambda value: isinstance(value, dict) and {**value, **fields} == value,
    )


AN_ID = Like("an id", _is_id)
A_TIME = Like(
    "a time", lambda value: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value))
)
A_TEXT = Like("a text", lambda value: isinstance(value, str) and bool(value))
A_NUMBER = Like("a number", lambda value: isinstance(value, int) and value >= 0)
