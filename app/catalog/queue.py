"""Places at a provider that answers only so many at a time: one queue for all processes.

The queue is the provider's open runs in the order of their tickets; the first `max_concurrent` may
speak. A run that ends, or whose process dies, is out of it by that alone. No connection is held
while somebody waits or a model talks.
"""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

from app.catalog.patience import Patience
from app.catalog.sql import AHEAD, LEAVE, QUEUE_LOCK, TAKE_TICKET
from ingest.corpus.sessions import Transactions
from providers.contract import Notice
from providers.errors import UpstreamBusy


class Queue:
    """The queues of all providers.

    Args:
        transactions: Opens a transaction.
        patience: How long somebody waits.
    """

    def __init__(self, transactions: Transactions, patience: Patience) -> None:
        self._transactions = transactions
        self._patience = patience

    async def wait(self, provider_id: UUID, message_id: UUID) -> AsyncGenerator[Notice]:
        """Yield where the answer stands, until it may speak.

        The place is kept until the run ends, or `leave`.

        Raises:
            UpstreamBusy: It took too long; the place is given up.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience.queue_s
        await self._join(provider_id, message_id)
        told = 0
        while place := await self._place(provider_id, message_id):
            if place != told:
                yield Notice(f"waiting for the provider, place {place} in the queue")
                told = place
            if loop.time() >= until:
                await self.leave(provider_id, message_id)
                raise UpstreamBusy(
                    f"the provider answers as many as it may; after {self._patience.queue_s:g} s "
                    f"of waiting, the place in its queue was still {place}"
                )
            await asyncio.sleep(self._patience.poll_s)

    async def leave(self, provider_id: UUID, message_id: UUID) -> None:
        """Give the place up; without effect where there is none."""
        async with self._transactions() as session:
            connection = await session.connection()
            key = {"provider_id": provider_id, "message_id": message_id}
            await connection.execute(LEAVE, key)

    async def _join(self, provider_id: UUID, message_id: UUID) -> None:
        key = {"provider_id": provider_id, "message_id": message_id}
        async with self._transactions() as session:
            connection = await session.connection()
            await connection.execute(QUEUE_LOCK, {"provider_id": str(provider_id)})
            await connection.execute(TAKE_TICKET, key)

    async def _place(self, provider_id: UUID, message_id: UUID) -> int:
        """How many have to end before this answer may begin; 0: it may."""
        key = {"provider_id": provider_id, "message_id": message_id}
        async with self._transactions() as session:
            connection = await session.connection()
            row = (await connection.execute(AHEAD, key)).first()
        if row is None or row.max_concurrent is None:
            return 0
        return max(row.ahead - row.max_concurrent + 1, 0)
