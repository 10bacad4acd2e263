"""Query-string SSE (wire contract, section 7a): answer events as unnamed server-sent events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, assert_never
from uuid import UUID, uuid5

from msgspec import Struct

from app.chat.events import AnswerEvent, Failed, Finished, PassagesFound, Stage, Started, Text
from app.wire.lumen import CitationView, citation_view
from app.wire.piece import HANDED_OVER, SILENCE, Piece, apology
from app.wire.sse import HEARTBEAT, frame, json
from app.wire.times import timestamp

_MOST_DIGITS: Final = 9
"""Of an event's number: below what the database calls an integer."""


class Start(Struct, rename="camel", frozen=True, tag="start", tag_field="type"):
    """Always first."""

    conversation_id: str
    message_id: UUID


class Partial(Struct, rename="camel", frozen=True, tag="partial", tag_field="type"):
    """Some more of the answer."""

    delta: str


class Whole(Struct, rename="camel", frozen=True, tag="final", tag_field="type", omit_defaults=True):
    """The whole answer, last; `stopped` is said of one that the customer had stopped."""

    id: UUID
    actor: Literal["assistant"]
    body: str
    created_at: str
    conversation_id: str
    citations: list[CitationView]
    stopped: bool = False


class Trouble(Struct, rename="camel", frozen=True, tag="error", tag_field="type"):
    """Last, in place of `final`."""

    message: str


class Lumika:
    """Encodes one answer; fed from its first event on.

    Args:
        message_id: The answer's.
        customer_key: What the integration calls the conversation.
        created_at: When the answer was begun.

    Attributes:
        sent: The number of the last piece that left.
    """

    heartbeat = HEARTBEAT

    def __init__(self, message_id: UUID, customer_key: str, created_at: datetime) -> None:
        self.sent = 0
        self._message_id = message_id
        self._key = customer_key
        self._created_at = timestamp(created_at)
        self._text: list[str] = []

    def feed(self, number: int, event: AnswerEvent) -> Sequence[Piece]:
        """The bytes of one event."""
        match event:
            case Started():
                said = Start(self._key, self._message_id)
            case Text():
                self._text.append(event.delta)
                said = Partial(event.delta)
            case Finished():
                views = [citation_view(each) for each in event.citations]
                stopped = event.finish_reason == "stopped"
                said = self._final(self._message_id, "".join(self._text), views, stopped=stopped)
            case Failed():
                said = Trouble(apology(event))
            case Stage() | PassagesFound():
                return SILENCE
            case _:
                assert_never(event)
        return (Piece(number, frame(json(said), number=f"{self._message_id}.{number}")),)

    def handed_over(self) -> bytes:
        """The whole stream where people answer; the message is the question then."""
        notice = self._final(uuid5(self._message_id, "notice"), HANDED_OVER, [])
        said = (Start(self._key, self._message_id), notice)
        return b"".join(
            frame(json(each), number=f"{self._message_id}.{number}")
            for number, each in enumerate(said, 1)
        )

    def broken_off(self, reason: str) -> bytes:
        """The last word of a stream that ends ahead of its answer; it is in no log."""
        return frame(json(Trouble(reason)))

    def _final(
        self, identity: UUID, body: str, citations: list[CitationView], *, stopped: bool = False
    ) -> Whole:
        return Whole(identity, "assistant", body, self._created_at, self._key, citations, stopped)


def place(last_event_id: str) -> tuple[UUID, int] | None:
    """The answer and the number that an event's id stands for; None where it is none of ours."""
    identity, _, number = last_event_id.strip().partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        return None
    try:
        return UUID(identity), int(number)
    except ValueError:
        return None
