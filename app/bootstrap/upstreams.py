"""The concrete providers: the built-in answerer and endpoints elsewhere."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from app.catalog.models import Endpoint
from app.catalog.store import BUILT_IN
from providers.addresses import check_url
from providers.contract import ChatModel, Embedder
from providers.extractive import ExtractiveAnswerer

if TYPE_CHECKING:
    from app.bootstrap.endpoints import RemoteEndpoints


class ConcreteUpstreams:
    """Builds and asks the endpoints of the catalog.

    Args:
        embedder: Compares sentences for the built-in answerer.
        allow_private: Whether endpoints may be on loopback and private addresses.
    """

    def __init__(self, embedder: Embedder, *, allow_private: bool) -> None:
        self._extractive = ExtractiveAnswerer(embedder)
        self._allow_private = allow_private

    def chat_model(self, endpoint: Endpoint, model: str) -> ChatModel:
        """A client for one of the endpoint's models.

        Raises:
            AddressRefused: The server may not go there.
        """
        if endpoint.type == BUILT_IN:
            return self._extractive
        return self._remote.chat_model(endpoint, model)

    async def list_models(self, endpoint: Endpoint) -> Sequence[str]:
        """Read the endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        return await self._remote.list_models(endpoint)

    async def check_address(self, base_url: str) -> None:
        """Refuse what the server may not reach; names are checked again when they are called.

        Raises:
            AddressRefused: It is no such address as the server may call.
        """
        check_url(base_url, allow_private=self._allow_private)

    @cached_property
    def _remote(self) -> "RemoteEndpoints":
        # The official client is 16 MB and half a second: only for those who have a provider.
        from app.bootstrap.endpoints import RemoteEndpoints  # noqa: PLC0415

        return RemoteEndpoints(allow_private=self._allow_private)
