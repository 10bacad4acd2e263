"""How endpoints fare: a circuit breaker and a pause for each, shared by all processes.

The breaker opens after some failures in a row; then the endpoint is not asked. After a rest, one
question may try it (half open): an answer closes the breaker, a failure doubles the rest. See
Nygard, "Release It!", chapter 5. Rows are written when something changes, not for each answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.catalog.patience import Patience
from app.catalog.sql import CROWDS, FAILED, HEALTH, PAUSED, SUCCEEDED, TAKE_TRIAL
from app.catalog.tables import ProviderHealth
from ingest.corpus.sessions import Reads, Transactions
from ingest.corpus.tables import now
from providers.errors import (
    KeyMissing,
    ProviderError,
    StreamCut,
    UpstreamBusy,
    UpstreamRefused,
    UpstreamTimeout,
)

logger = logging.getLogger(__name__)

BreakerState: TypeAlias = Literal["closed", "open", "half_open", "paused"]

MOST_AWAITED_S = 0.25
"""How long an answer's end waits until it is written down that the endpoint answered."""

_NO_ENTRY = frozenset({401, 402, 403})
"""A key that is refused is refused for everybody."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Leave to ask an endpoint.

    Attributes:
        is_trial: Whether this question tries an endpoint that was left alone.
        pause_s: Seconds that the endpoint wants to be left alone for, first.
        is_remembered: Whether its success needs no writing down: the last one is fresh.
    """

    is_trial: bool = False
    pause_s: float = 0.0
    is_remembered: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """How an endpoint fares, for an admin.

    Attributes:
        active: Answers that are being written.
        waiting: Answers that wait for a place.
    """

    row: ProviderHealth
    state: BreakerState = "closed"
    active: int = 0
    waiting: int = 0


class Health:
    """The breakers of all endpoints.

    Args:
        transactions: Opens a transaction.
        patience: When a breaker opens, and for how long.
        reads: Opens a session to read in; None for a transaction.
    """

    def __init__(
        self, transactions: Transactions, patience: Patience, reads: Reads | None = None
    ) -> None:
        self._transactions = transactions
        self._reads = reads or transactions
        self._patience = patience
        self._writing: dict[UUID, asyncio.Task[None]] = {}

    async def enter(self, provider_id: UUID) -> Entry:
        """Ask for leave to ask the endpoint.

        Raises:
            UpstreamBusy: Its breaker is open.
        """
        key = {"provider_id": provider_id}
        async with self._reads() as session:
            connection = await session.connection()
            freshness = {"success_s": self._patience.success_s}
            row = (await connection.execute(HEALTH, {**key, **freshness})).mappings().first()
        if row is None:
            return Entry()
        trial = row["is_half_open"] and await self._take_trial(provider_id)
        if row["is_open"] or (row["is_half_open"] and not trial):
            resting = _resting(row)
            raise resting
        fresh = row["is_fresh"] and row["failures"] == 0
        return Entry(trial, max(row["pause_s"], 0.0), fresh)

    async def succeeded(self, provider_id: UUID, *, tested: bool = False) -> None:
        """An answer came whole, or a trial or a test call began well: the breaker is closed.

        Args:
            provider_id: Of the endpoint.
            tested: Whether an admin's test call says so; it ends a pause, too.
        """
        await self._write(SUCCEEDED, {"provider_id": provider_id, "tested": tested})

    async def answered(self, provider_id: UUID) -> None:
        """The same of an answer whose reader waits for its end, so not for long.

        Those that end while it is being written need no writing of their own.
        """
        if (writing := self._writing.get(provider_id)) is None:
            writing = asyncio.create_task(self.succeeded(provider_id))
            self._writing[provider_id] = writing
            writing.add_done_callback(lambda _: self._writing.pop(provider_id))
            await asyncio.wait({writing}, timeout=MOST_AWAITED_S)

    async def aclose(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing.values())

    async def failed(self, provider_id: UUID, error: ProviderError) -> None:
        """An answer failed; what is the question's fault alone does not count."""
        patience = self._patience
        values: dict[str, object] = {
            "most": patience.failures,
            "rest_s": patience.rest_s,
            "longest_rest_s": patience.longest_rest_s,
            "counted": int(counts(error)),
        }
        await self._write(FAILED, {"provider_id": provider_id, **values, **_told(error)})

    async def paused(self, provider_id: UUID, error: UpstreamBusy) -> None:
        """The endpoint wants to be left alone for a while: nobody asks it until then."""
        pause = min(error.retry_after or 0.0, self._patience.longest_pause_s)
        await self._write(PAUSED, {"provider_id": provider_id, "pause_s": pause, **_told(error)})

    async def conditions(self) -> Mapping[UUID, Condition]:
        """How each endpoint fares; one that was never asked is not among them."""
        async with self._transactions() as session:
            rows = list(await session.exec(select(ProviderHealth)))
            connection = await session.connection()
            crowds = {row.id: row for row in await connection.execute(CROWDS)}
        known = {row.provider_id: row for row in rows}
        found: dict[UUID, Condition] = {}
        for identity in known.keys() | crowds.keys():
            row, crowd = known.get(identity), crowds.get(identity)
            health = row or ProviderHealth(provider_id=identity)
            active, waiting = (crowd.active, crowd.waiting) if crowd else (0, 0)
            found[identity] = Condition(health, state_of(health), active, waiting)
        return found

    async def _take_trial(self, provider_id: UUID) -> bool:
        asked = {"provider_id": provider_id, "trial_s": self._patience.trial_s}
        async with self._transactions() as session:
            connection = await session.connection()
            return (await connection.execute(TAKE_TRIAL, asked)).first() is not None

    async def _write(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        try:
            async with self._transactions() as session:
                await (await session.connection()).execute(statement, values)
        except SQLAlchemyError:
            # What happened to the answer matters more than that it is remembered.
            logger.warning("How a provider fares could not be written down.", exc_info=True)


def counts(error: ProviderError) -> bool:
    """Whether an error says that the endpoint is out of order, for whatever question."""
    if isinstance(error, UpstreamBusy | UpstreamTimeout | StreamCut | KeyMissing):
        return True
    return isinstance(error, UpstreamRefused) and error.status in _NO_ENTRY


def state_of(row: ProviderHealth) -> BreakerState:
    """The breaker's state now."""
    moment = now()
    if row.open_until is not None:
        return "open" if row.open_until > moment else "half_open"
    return "paused" if row.paused_until is not None and row.paused_until > moment else "closed"


def _told(error: ProviderError) -> dict[str, str]:
    return {"code": error.code, "detail": error.detail}


def _resting(row: Mapping[Any, Any]) -> UpstreamBusy:
    until: datetime = max(row["open_until"], now())
    return UpstreamBusy(
        f"the provider is left alone until {until.astimezone(UTC):%H:%M:%S} UTC after "
        f"{row['failures']} failures in a row; the last one: {row['last_error_detail']}"
    )
