"""The concrete providers: the built-in answerer and endpoints elsewhere."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from app.catalog.models import Endpoint, EndpointClient
from app.catalog.store import BUILT_IN
from providers.addresses import check_url
from providers.contract import ChatModel, Embedder
from providers.extractive import ExtractiveAnswerer
from providers.limits import Limits

if TYPE_CHECKING:
    from app.bootstrap.endpoints import RemoteEndpoints


class ConcreteUpstreams:
    """Opens the endpoints of the catalog.

    Args:
        embedder: Compares sentences for the built-in answerer.
        allow_private: Whether endpoints may be on loopback and private addresses.
        limits: How long an endpoint may take, and how much it may say.
        current: Gives another embedder while a new one takes over.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        allow_private: bool,
        limits: Limits | None = None,
        current: Callable[[], Embedder] | None = None,
    ) -> None:
        self._built_in = _BuiltIn(ExtractiveAnswerer(embedder, current=current))
        self._allow_private = allow_private
        self._limits = limits or Limits()

    def open(self, endpoint: Endpoint) -> EndpointClient:
        """A client for the endpoint; its connections are opened when they are needed.

        Raises:
            AddressRefused: The server may not go there.
        """
        return self._built_in if endpoint.type == BUILT_IN else self._remote.open(endpoint)

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

        return RemoteEndpoints(allow_private=self._allow_private, limits=self._limits)


class _BuiltIn:
    """The built-in answerer as if it were an endpoint."""

    def __init__(self, answerer: ExtractiveAnswerer) -> None:
        self._answerer = answerer

    def chat_model(self, model: str) -> ChatModel:
        del model
        return self._answerer

    async def list_models(self) -> Sequence[str]:
        return [self._answerer.name.partition("/")[2]]

    async def aclose(self) -> None:
        """There are no connections."""
