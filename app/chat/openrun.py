"""A run while this process generates it: what waits for the log, and what was logged last."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from app.chat.events import AnswerEvent, Text

Numbered: TypeAlias = tuple[int, AnswerEvent]
Halt: TypeAlias = Literal["stopped", "shutdown", "lost", "forbidden"]

TAIL_EVENTS = 512
PENDING_CHARS = 65_536


class OpenRun:
    """One run of this process.

    Listeners read its tail, by number, each at its own pace; one that falls behind the tail reads
    from the log. So a listener holds no memory here, however slow it is.

    Args:
        message_id: The answer that is generated.
    """

    def __init__(self, message_id: UUID) -> None:
        self.message_id = message_id
        self.halt: asyncio.Future[Halt] = asyncio.get_running_loop().create_future()
        self.closing = False
        self.content: list[str] = []
        self.next_seq = 1
        self._pending: list[AnswerEvent] = []
        self._pending_chars = 0
        self._in_flight = False
        self._tail: deque[Numbered] = deque(maxlen=TAIL_EVENTS)
        self._progress = asyncio.Event()

    def put(self, event: AnswerEvent) -> None:
        """Add an event behind those that wait; text joins the text before it.

        While a commit is under way, the deltas of that time become one event: a fast model costs
        no more rows than the database can take.
        """
        if isinstance(event, Text):
            self.content.append(event.delta)
            self._pending_chars += len(event.delta)
            if self._pending and isinstance(last := self._pending[-1], Text):
                self._pending[-1] = Text(last.delta + event.delta)
                return
        self._pending.append(event)

    def take(self) -> list[Numbered]:
        """Number what waits and hand it over; `logged` or `end` must follow."""
        taken = list(enumerate(self._pending, self.next_seq))
        self.next_seq += len(taken)
        self._pending.clear()
        self._pending_chars = 0
        self._in_flight = self._in_flight or bool(taken)
        return taken

    def logged(self, events: Sequence[Numbered]) -> None:
        """Show events to the listeners; they are in the log."""
        self._in_flight = False
        self._tail.extend(events)
        self._advance()

    def end(self, why: Halt) -> None:
        """Ask the generator to end; the first reason counts."""
        if not self.halt.done():
            self.halt.set_result(why)
        self._advance()

    @property
    def lost(self) -> bool:
        """Whether the run is no longer this process's."""
        return self.halt.done() and self.halt.result() == "lost"

    @property
    def last_seq(self) -> int:
        """Number of the newest event that is in the log."""
        return self._tail[-1][0] if self._tail else 0

    def since(self, after: int) -> list[Numbered] | None:
        """The logged events behind that number; None where the tail does not reach back so far."""
        if self._tail and self._tail[0][0] > after + 1:
            return None
        skipped = after - self._tail[0][0] + 1 if self._tail else 0
        return [self._tail[at] for at in range(max(skipped, 0), len(self._tail))]

    async def progress(self) -> None:
        """Wait until something was logged or the run ended."""
        await self._progress.wait()

    async def room(self) -> None:
        """Wait while too much text waits for the log."""
        while self._pending_chars > PENDING_CHARS and not self.halt.done():
            await self._progress.wait()

    async def settled(self) -> None:
        """Wait until no event is on its way into the log."""
        while self._in_flight and not self.lost:
            await self._progress.wait()

    def _advance(self) -> None:
        self._progress.set()
        self._progress = asyncio.Event()
