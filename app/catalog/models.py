"""From a provider's row to a client that answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.catalog.tables import Provider
from providers.contract import ChatModel


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All that is needed to build a client.

    Attributes:
        type: `openai` or `extractive`.
        api_key: In the clear; None where none is stored. Never logged.
    """

    slug: str
    type: str
    base_url: str
    api_key: str | None

    def __repr__(self) -> str:
        """Without the key."""
        return f"Endpoint({self.slug!r}, {self.type!r}, {self.base_url!r})"


class EndpointClient(Protocol):
    """The connections to one endpoint."""

    def chat_model(self, model: str) -> ChatModel:
        """One of its models, on these connections."""
        ...

    async def list_models(self) -> Sequence[str]:
        """Read the endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class Upstreams(Protocol):
    """Opens endpoints; the composition root knows the concrete ones."""

    def open(self, endpoint: Endpoint) -> EndpointClient:
        """A client for the endpoint; its connections are opened when they are needed.

        Raises:
            AddressRefused: The server may not go there.
        """
        ...

    async def check_address(self, base_url: str) -> None:
        """Refuse what the server may not reach.

        Raises:
            AddressRefused: It is no such address as the server may call.
        """
        ...


class _Kept:
    """A client, for as long as somebody uses it or it is the newest."""

    def __init__(self, version: Endpoint, client: EndpointClient) -> None:
        self.version = version
        self.client = client
        self.users = 0
        self.is_newest = True


class ClientCache:
    """Keeps one client for each provider, and closes those of older versions of its row.

    Args:
        upstreams: Opens the clients.
        open_key: Gives a row's key in the clear.
    """

    def __init__(self, upstreams: Upstreams, open_key: Callable[[Provider], str | None]) -> None:
        self._upstreams = upstreams
        self._open_key = open_key
        self._kept: dict[UUID, _Kept] = {}

    @asynccontextmanager
    async def lease(self, provider: Provider) -> AsyncGenerator[EndpointClient]:
        """The client, open while the block lasts, also when the row changes meanwhile.

        Raises:
            SecretUnreadable: The stored key does not open.
            AddressRefused: The server may not go there.
        """
        kept, replaced = self._newest(provider)
        kept.users += 1
        try:
            if replaced is not None:
                await _close_if_done(replaced)
            yield kept.client
        finally:
            kept.users -= 1
            await _close_if_done(kept)

    async def keep_only(self, providers: Collection[UUID]) -> None:
        """Let go of the clients of all others: they were deleted."""
        for gone in self._kept.keys() - set(providers):
            if (kept := self._kept.pop(gone, None)) is not None:
                kept.is_newest = False
                await _close_if_done(kept)

    async def aclose(self) -> None:
        """Let go of all."""
        await self.keep_only(())

    def _newest(self, provider: Provider) -> tuple[_Kept, _Kept | None]:
        """The client of the row as it is now, and the one that it replaces, if any."""
        version = endpoint_of(provider, self._open_key(provider))
        kept = self._kept.get(provider.id)
        if kept is not None and kept.version == version:
            return kept, None
        made = self._kept[provider.id] = _Kept(version, self._upstreams.open(version))
        if kept is not None:
            kept.is_newest = False
        return made, kept


async def _close_if_done(kept: _Kept) -> None:
    if not kept.is_newest and not kept.users:
        # Shielded: whoever is stopped here would leave the connections behind.
        await asyncio.shield(kept.client.aclose())


def endpoint_of(provider: Provider, api_key: str | None) -> Endpoint:
    """What a row says about its endpoint."""
    return Endpoint(provider.slug, provider.type, provider.base_url, api_key)
