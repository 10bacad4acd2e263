"""How an event is written to the log and read back: its kind and canonical JSON.

Fields are written in the order of their declaration, so that equal events are equal bytes.
"""

from collections.abc import Mapping

import msgspec

from app.chat.events import AnswerEvent, Failed, Finished, PassagesFound, Stage, Started, Text

KINDS: Mapping[str, type[AnswerEvent]] = {
    "started": Started,
    "stage": Stage,
    "passages": PassagesFound,
    "text": Text,
    "finished": Finished,
    "failed": Failed,
}
_NAMES = {member: kind for kind, member in KINDS.items()}
_ENCODER = msgspec.json.Encoder()
_DECODERS = {kind: msgspec.json.Decoder(member) for kind, member in KINDS.items()}


def write(event: AnswerEvent) -> tuple[str, str]:
    """Give the event's kind and its fields as JSON."""
    return _NAMES[type(event)], _ENCODER.encode(event).decode()


def read(kind: str, data: str) -> AnswerEvent:
    """Give back the event that `write` was given.

    Raises:
        KeyError: No such kind.
        msgspec.ValidationError: The data are not those of this kind.
    """
    return _DECODERS[kind].decode(data)
