"""From a provider's row to a model that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.catalog.tables import Provider
from providers.contract import ChatModel


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All that is needed to build a model.

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


class Upstreams(Protocol):
    """Builds and asks the endpoints; the composition root knows the concrete ones."""

    def chat_model(self, endpoint: Endpoint, model: str) -> ChatModel:
        """A client for one of the endpoint's models."""
        ...

    async def list_models(self, endpoint: Endpoint) -> Sequence[str]:
        """Read the endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        ...

    async def check_address(self, base_url: str) -> None:
        """Refuse what the server may not reach.

        Raises:
            AddressRefused: It is no such address as the server may call.
        """
        ...


class ModelCache:
    """Keeps one client for each model of each version of a provider's row.

    Args:
        upstreams: Builds the clients.
        open_key: Gives a row's key in the clear.
    """

    def __init__(self, upstreams: Upstreams, open_key: Callable[[Provider], str | None]) -> None:
        self._upstreams = upstreams
        self._open_key = open_key
        self._versions: dict[UUID, tuple[datetime, bytes | None]] = {}
        self._models: dict[tuple[UUID, str], ChatModel] = {}

    def get(self, provider: Provider, model: str) -> ChatModel:
        """The client; a new one when the row was changed since.

        Raises:
            SecretUnreadable: The stored key does not open.
        """
        version = (provider.updated_at, provider.api_key)
        if self._versions.get(provider.id) != version:
            self._models = {
                key: kept for key, kept in self._models.items() if key[0] != provider.id
            }
            self._versions[provider.id] = version
        key = (provider.id, model)
        if key not in self._models:
            endpoint = endpoint_of(provider, self._open_key(provider))
            self._models[key] = self._upstreams.chat_model(endpoint, model)
        return self._models[key]


def endpoint_of(provider: Provider, api_key: str | None) -> Endpoint:
    """What a row says about its endpoint."""
    return Endpoint(provider.slug, provider.type, provider.base_url, api_key)
