"""Lines of JSON (wire contract, section 7c)."""

from collections.abc import Sequence
from typing import Final, assert_never
from uuid import UUID

from msgspec import Struct

from app.chat.events import AnswerEvent, Failed, Finished, PassagesFound, Stage, Started, Text
from app.wire.piece import HANDED_OVER, SILENCE, Piece, apology
from app.wire.sse import json

MEDIA_TYPE: Final = "application/x-ndjson"


class Start(Struct, rename="camel", frozen=True, tag="start", tag_field="type"):
    """Always first."""

    conversation_id: UUID


class Token(Struct, rename="camel", frozen=True, tag="token", tag_field="type"):
    """Some more of the answer."""

    token: str


class Done(Struct, rename="camel", frozen=True, tag="done", tag_field="type"):
    """The whole answer, last."""

    message: str
    conversation_id: UUID


class Trouble(Struct, rename="camel", frozen=True, tag="error", tag_field="type"):
    """Last, in place of `done`."""

    error: str


class Ndjson:
    """Encodes one answer; fed from its first event on.

    Args:
        conversation_id: The answer's.

    Attributes:
        sent: The number of the last piece that left.
    """

    # White space ahead of the next line: an empty line would break readers that parse each one.
    heartbeat = b" "

    def __init__(self, conversation_id: UUID) -> None:
        self.sent = 0
        self._conversation_id = conversation_id
        self._text: list[str] = []

    def feed(self, number: int, event: AnswerEvent) -> Sequence[Piece]:
        """The bytes of one event."""
        match event:
            case Started():
                said = Start(self._conversation_id)
            case Text():
                self._text.append(event.delta)
                said = Token(event.delta)
            case Finished():
                said = Done("".join(self._text), self._conversation_id)
            case Failed():
                said = Trouble(apology(event))
            case Stage() | PassagesFound():
                return SILENCE
            case _:
                assert_never(event)
        return (Piece(number, _line(said)),)

    def handed_over(self) -> bytes:
        """The whole stream where people answer."""
        start, done = Start(self._conversation_id), Done(HANDED_OVER, self._conversation_id)
        return _line(start) + _line(done)

    def broken_off(self, reason: str) -> bytes:
        """The last word of a stream that ends ahead of its answer."""
        return _line(Trouble(reason))


def _line(said: Start | Token | Done | Trouble) -> bytes:
    return json(said) + b"\n"
