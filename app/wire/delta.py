"""Deltas and `[DONE]` (wire contract, section 7d)."""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from app.chat.events import AnswerEvent, Failed, Finished, PassagesFound, Stage, Started, Text
from app.wire.piece import SILENCE, Piece, apology
from app.wire.sse import HEARTBEAT, frame, json

Status: TypeAlias = Literal["escalated", "resolved", "active"]
_DONE: Final = b"[DONE]"


class DeltaText(Struct, rename="camel", frozen=True, tag="delta", tag_field="type"):
    """Some more of the answer."""

    text: str


class StatusChange(Struct, rename="camel", frozen=True, tag="status", tag_field="type"):
    """Who answers from now on."""

    status: str


class Trouble(Struct, rename="camel", frozen=True, tag="error", tag_field="type"):
    """The answer is not whole."""

    message: str


class Delta:
    """Encodes one answer under numbers of its own, from 1 without a gap.

    Fed from the answer's first event on; `close` ends it, whatever happened. An answer that found
    nothing is a refusal: its text comes in one piece.

    Args:
        told: What is said where the answer is not whole.

    Attributes:
        sent: The number behind which `broken_off` goes on: the last one that left.
    """

    heartbeat = HEARTBEAT

    def __init__(self, told: Callable[[Failed], str] = apology) -> None:
        self.sent = 0
        self._told = told
        self._count = 0
        self._refuses = False
        self._held: list[str] = []

    def feed(self, number: int, event: AnswerEvent) -> Sequence[Piece]:
        """The bytes of one event."""
        del number
        match event:
            case Started() | Stage():
                return SILENCE
            case PassagesFound():
                self._refuses = not event.sources
                return SILENCE
            case Text():
                self._held.append(event.delta)
                return SILENCE if self._refuses else self._flush()
            case Finished():
                return self._flush()
            case Failed():
                return (*self._flush(), self._piece(Trouble(self._told(event))))
            case _:
                assert_never(event)

    def close(self, status: str | None = None) -> Sequence[Piece]:
        """The end; behind it comes nothing.

        Args:
            status: Who answers from now on, where that has changed.
        """
        last = (self._piece(StatusChange(status)),) if status is not None else ()
        pieces = (*last, self._number(_DONE))
        if self._count > self.sent:
            return pieces
        # A reader who came back has all of it, and a status that does not hold any more.
        self._count = self.sent
        return (self._number(_DONE),)

    def broken_off(self, reason: str) -> bytes:
        """The end of a stream that ends ahead of its answer."""
        self._count = self.sent
        return self._piece(Trouble(reason)).data + self._number(_DONE).data

    def _flush(self) -> tuple[Piece, ...]:
        held = "".join(self._held)
        self._held.clear()
        return (self._piece(DeltaText(held)),) if held else ()

    def _piece(self, said: DeltaText | StatusChange | Trouble) -> Piece:
        return self._number(json(said))

    def _number(self, data: bytes) -> Piece:
        self._count += 1
        return Piece(self._count, frame(data, number=self._count))
