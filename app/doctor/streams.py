"""What may keep an answer from beginning: the embedder, full queues, a proxy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import FULL_QUEUES
from providers.contract import Embedder
from providers.errors import ProviderError

SLOW_S = 1.0
"""An embedding of a question takes milliseconds; a second is a host that has no core to spare."""
EARLY = 0.5
"""Share of the pause between two parts by which the second may come too early."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a stream of two parts came through a public address.

    Attributes:
        problem: Why it did not come; safe to show.
        pause_s: What the server waits between the parts.
        apart_s: How long after the first part the second one came.
    """

    problem: str | None = None
    pause_s: float = 0.0
    apart_s: float = 0.0


class PublicAddress(Protocol):
    """The way by which people reach the server."""

    async def arrival(self) -> Arrival:
        """Read the test stream by it."""
        ...


class Streams:
    """Checks of what stands between a question and its first word.

    Args:
        database: Holds the providers' queues.
        embedder: Gives the embedding model that questions go to.
        public: None where no public address is set.
    """

    def __init__(
        self,
        database: Database,
        embedder: Callable[[], Awaitable[Embedder]],
        public: PublicAddress | None,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._public = public

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "stream-hangs"
        return [
            Check(
                id="embedder",
                name="Embedding model",
                runbook=page,
                run=self.embedding,
                limit_s=10.0,
                needs_database=False,
            ),
            Check(id="provider-queues", name="Providers' queues", runbook=page, run=self.queues),
            Check(
                id="public-address",
                name="Public address",
                runbook="behind-a-proxy",
                run=self.public_address,
                limit_s=10.0,
                needs_database=False,
            ),
        ]

    async def embedding(self) -> Finding:
        """How long it takes to embed a question."""
        try:
            embedder = await self._embedder()
            began = perf_counter()
            await embedder.embed_query("Is anybody there?")
        except ProviderError as error:
            return failed(f"No question can be embedded: {error.detail}.")
        took = perf_counter() - began
        said = f"A question is embedded in {took * 1000:.0f} ms."
        return warning(said) if took > SLOW_S else ok(said)

    async def queues(self) -> Finding:
        """Whether answers wait for a place at their provider."""
        rows = await ask(self._database, FULL_QUEUES)
        if rows:
            full = [f"{row.slug} has {row.places} places for {row.answers} answers" for row in rows]
            return warning(f"{some(full)}; the others wait.")
        return ok("No answer waits for a place at its provider.")

    async def public_address(self) -> Finding:
        """Whether streams come through the public address as they are sent."""
        if self._public is None:
            return ok("LUMEN_PUBLIC_URL is not set: nothing to look at.")
        arrival = await self._public.arrival()
        if arrival.problem:
            return failed(f"LUMEN_PUBLIC_URL: {arrival.problem}.")
        if arrival.apart_s < EARLY * arrival.pause_s:
            return failed("A proxy holds streams back: text comes all at once.")
        return ok("Streams come through LUMEN_PUBLIC_URL as they are sent.")
