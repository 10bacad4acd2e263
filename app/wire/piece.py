"""What dialects for customers have in common: numbered bytes, and words for what went wrong."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from app.chat.events import Failed


class Piece(NamedTuple):
    """Bytes of a stream, and the number that a reader who has them can go on behind."""

    number: int
    data: bytes


SILENCE: Final[tuple[Piece, ...]] = ()
HANDED_OVER: Final = "A person will answer you here as soon as possible."
CLOSED: Final = "This chat has been closed."
TOO_LONG: Final = "The answer took too long. Please ask again."
_AGAIN: Final = "The answer could not be written. Please ask again in a moment."
_FAILED: Final = "The answer could not be written. Please try again later."


def apology(event: Failed) -> str:
    """What a customer is told: what the server's own people need to know is not for them."""
    if event.code == "LLM_TIMEOUT":
        return TOO_LONG
    return _AGAIN if event.retryable else _FAILED


def behind(pieces: Iterable[Piece], after: int) -> bytes:
    """The bytes of those that a reader has not got."""
    return b"".join(piece.data for piece in pieces if piece.number > after)
