"""The vector spaces in use, and how this process reaches the model of each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TypeAlias

from ingest.corpus import spaces
from ingest.corpus.sessions import Transactions
from ingest.corpus.spaces import Reached
from ingest.corpus.tables import VectorSpace
from providers.contract import Embedder
from providers.errors import ProviderError

FRESH_S = 5.0
"""How long what was read of the spaces is believed; a search finds out by itself."""
AGAIN_S = 60.0
"""Before a model that could not be reached is tried again."""
UNUSED_S = 120.0
"""After which the model of a space that is no longer in use is let go."""

OpenModel: TypeAlias = Callable[[VectorSpace, AsyncExitStack], Awaitable[Embedder]]
"""Reaches another model than the one that is set; what it opens is closed with the stack."""

_log = logging.getLogger(__name__)


@dataclass
class _Other:
    """A model beside the one that is set."""

    embedder: Embedder | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tried: float = field(default_factory=monotonic)
    used: float = field(default_factory=monotonic)


class OpenSpaces:
    """The `Spaces` of this process.

    Args:
        transactions: Where the spaces are written down.
        configured: The model that is set.
        open_model: Reaches the others.
    """

    def __init__(
        self, transactions: Transactions, configured: Embedder, open_model: OpenModel
    ) -> None:
        self._transactions = transactions
        self._configured = configured
        self._open_model = open_model
        self._known: list[VectorSpace] = []
        self._read_at = float("-inf")
        self._others: dict[str, _Other] = {}
        self._opening = asyncio.Lock()
        self._current: Embedder = configured

    async def active(self) -> Reached:
        """The space that searches go by, as read some seconds ago at most."""
        if monotonic() - self._read_at > FRESH_S:
            await self.renew()
        if not self._known:
            return Reached(self._configured.name, self._configured)
        reached = await self.reach(self._known[0])
        self._current = reached.embedder or self._configured
        return reached

    def current(self) -> Embedder:
        """A model that can be asked now: the active space's, as far as it is known."""
        return self._current

    async def written(self) -> Sequence[Reached]:
        """The spaces that new chunks get vectors in, the active one first."""
        await self.renew()
        found = [
            replace(await self.reach(space), failing=space.error is not None)
            for space in self._known
        ]
        return found or [Reached(self._configured.name, self._configured)]

    async def renew(self) -> None:
        """Read the spaces, and let go of models that are not used any more."""
        async with self._transactions() as session:
            self._known = await spaces.in_use(session)
        self._read_at = monotonic()
        names = {space.name for space in self._known}
        for name, other in list(self._others.items()):
            if name not in names and monotonic() - other.used > UNUSED_S:
                await self._others.pop(name).stack.aclose()

    async def reach(self, space: VectorSpace) -> Reached:
        """The space's model; None for one that can't be reached, which is written down."""
        if space.name == self._configured.name:
            return Reached(space.name, self._configured)
        async with self._opening:
            other = self._others.get(space.name)
            is_due = other is None or (
                other.embedder is None and monotonic() - other.tried > AGAIN_S
            )
            if other is None or is_due:
                other = self._others[space.name] = await self._open(space)
        other.used = monotonic()
        return Reached(space.name, other.embedder)

    async def _open(self, space: VectorSpace) -> _Other:
        other, error = _Other(), None
        try:
            other.embedder = await self._open_model(space, other.stack)
        except ProviderError as failure:
            error = f"this model can't be reached: {failure.detail}"
            _log.warning("%s: %s", space.name, error)
            await other.stack.aclose()
        other.tried = monotonic()
        if error != space.error:
            async with self._transactions() as session:
                await spaces.note(session, space.name, error)
        return other

    async def close(self) -> None:
        """Let go of every other model."""
        for other in self._others.values():
            await other.stack.aclose()
        self._others.clear()
