"""Tool calls put together from the pieces in which an endpoint streams them; no I/O."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from providers.contract import ToolCall

MOST_CALLS: Final = 32
"""In one message; what a model wants beyond that is not heard."""
_LONGEST_NAME: Final = 128


class FunctionPiece(msgspec.Struct):
    """Some more of a call's name and arguments; a few endpoints send the arguments as an object."""

    name: str | None = None
    arguments: str | dict[str, object] | None = None


class CallPiece(msgspec.Struct):
    """Some more of a call; only its first piece is sure to have an id and a name.

    Attributes:
        index: Which call of the message, from 0; some endpoints leave it out.
    """

    index: int | None = None
    id: str | None = None
    function: FunctionPiece | None = None


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class ToolCalls:
    """The calls of one message. Feed pieces in their order; then take `whole()`."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def feed(self, piece: CallPiece) -> int:
        """Take a piece; give the number of characters that it added."""
        call = self._call_of(piece)
        if call is None:
            return 0
        said = piece.function or FunctionPiece()
        # Some endpoints say the whole name with every piece, none splits it.
        if said.name and not call.name:
            call.name = said.name[:_LONGEST_NAME]
        arguments = said.arguments
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        call.arguments.append(arguments or "")
        return len(arguments or "") + len(said.name or "")

    def whole(self) -> tuple[ToolCall, ...]:
        """The calls in the order in which they were begun; one without a name is none."""
        return tuple(
            ToolCall(call.id or f"call_{at}", call.name, "".join(call.arguments))
            for at, call in enumerate(self._calls)
            if call.name
        )

    def _call_of(self, piece: CallPiece) -> _Call | None:
        """The call that a piece goes on with, or a new one; None where there are too many."""
        known = self._known(piece)
        # An endpoint that numbers every call 0 still gives each an id of its own.
        if known is not None and not (piece.id and known.id and piece.id != known.id):
            known.id = known.id or piece.id or ""
            return known
        if len(self._calls) == MOST_CALLS:
            return None
        made = _Call(piece.index, piece.id or "")
        self._calls.append(made)
        return made

    def _known(self, piece: CallPiece) -> _Call | None:
        if piece.index is not None:
            same = (call for call in reversed(self._calls) if call.index == piece.index)
            return next(same, None)
        if piece.id:
            return next((call for call in self._calls if call.id == piece.id), None)
        return self._calls[-1] if self._calls else None
