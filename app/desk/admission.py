"""Who may ask by an integration's token, from which pages, and how often."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.standing import Standing
from app.accounts.errors import Forbidden, Unauthenticated
from app.accounts.tokens import token_hash
from app.integrations import store
from app.integrations.domains import allows
from app.integrations.limits import take
from app.integrations.tables import Integration
from ingest.corpus.sessions import Reads, Transactions
from ingest.corpus.tables import Project

UNKNOWN_PER_MINUTE: Final = 120
"""Tokens of nobody, from one address: none can be guessed, but each is looked up."""
POLLS_PER_MINUTE: Final = 120
"""Looks of one customer at what was said; asking has limits of its own."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from.

    Attributes:
        address: Its network address.
        origin: Of the page that sends it; None for one of our own, and where no page does.
    """

    address: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """An integration that may ask in its project."""

    integration: Integration
    project: Project

    @property
    def standing(self) -> Standing:
        """On what its customers stand: it falls with the token."""
        row = self.integration
        return Standing(None, row.project_id, integration=(row.id, row.generation))


class Admission:
    """Lets integrations in.

    Args:
        transactions: Opens a transaction.
        reads: Opens a session to read in; None for a transaction.
    """

    def __init__(self, transactions: Transactions, reads: Reads | None = None) -> None:
        self._transactions = transactions
        self._reads = reads or transactions

    async def identify(self, token: str | None, address: str) -> Admitted:
        """The integration of this token, whoever uses it; `check` follows.

        Raises:
            Unauthenticated: There is no token, it is nobody's, or its integration is switched off.
            RateLimited: Too many such tokens came from this address.
        """
        if not token:
            raise Unauthenticated("Send an integration's token.")
        async with self._reads() as session:
            if (found := await _of_token(session, token)) is not None:
                return found
        async with self._transactions() as session:
            await take(session, f"address:{address}", UNKNOWN_PER_MINUTE)
        raise Unauthenticated("No integration has this token.")

    async def count(self, admitted: Admitted, customer_key: str | None = None) -> None:
        """Take one request from what the integration, and its customer, may ask in a minute.

        Raises:
            RateLimited: One of them has asked too often; then neither is counted.
        """
        row = admitted.integration
        async with self._transactions() as session:
            if customer_key is not None:
                key = _customer(row, customer_key)
                await take(session, f"customer:{key}", row.customer_limit_per_minute)
            # Last: all customers wait for this one row until the transaction ends.
            await take(session, f"integration:{row.id}", row.rate_limit_per_minute)

    async def count_customer(self, admitted: Admitted, customer_key: str) -> None:
        """Take one request from the customer's alone: the integration's was taken before.

        Raises:
            RateLimited: The customer has asked too often.
        """
        row = admitted.integration
        async with self._transactions() as session:
            key = _customer(row, customer_key)
            await take(session, f"customer:{key}", row.customer_limit_per_minute)

    async def count_poll(self, admitted: Admitted, customer_key: str) -> None:
        """Take one look at what was said.

        Raises:
            RateLimited: The customer looks too often.
        """
        async with self._transactions() as session:
            await take(
                session, f"poll:{_customer(admitted.integration, customer_key)}", POLLS_PER_MINUTE
            )

    async def opens_to(self, origin: str, token: str | None = None) -> bool:
        """Whether pages of this origin may use any integration, or that of the token.

        A browser asks this ahead of a request, mostly without its token.
        """
        query = select(Integration).where(col(Integration.is_enabled))
        if token is not None:
            query = query.where(Integration.token_hash == token_hash(token))
        async with self._reads() as session:
            return any(allows(row.allowed_domains, origin) for row in await session.exec(query))


def check(
    admitted: Admitted, origin: str | None, kinds: Collection[str] = ("widget", "api")
) -> None:
    """See that the integration is of one of these kinds and open to pages of this origin.

    Raises:
        Forbidden: It is not.
    """
    if origin is not None and not allows(admitted.integration.allowed_domains, origin):
        raise Forbidden("This integration is not open to pages of this site.")
    if admitted.integration.kind not in kinds:
        raise Forbidden("An integration of this kind is not for this call.")


async def _of_token(session: AsyncSession, token: str) -> Admitted | None:
    row = await store.by_token(session, token)
    if row is None or not row.is_enabled:
        return None
    return Admitted(row, await session.get_one(Project, row.project_id))


def _customer(row: Integration, key: str) -> str:
    # Keys open conversations: the counters need not know them.
    return f"{row.id}:{sha256(key.encode()).hexdigest()[:32]}"
