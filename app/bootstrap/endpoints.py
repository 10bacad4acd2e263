"""OpenAI-compatible endpoints, through the official client."""

from collections.abc import Sequence

from app.catalog.models import Endpoint
from providers.contract import ChatModel
from providers.endpoint import OpenAIEndpoint
from providers.limits import Limits
from providers.openai_compatible import OpenAIChatModel, list_models


class RemoteEndpoints:
    """Opens endpoints elsewhere.

    Args:
        allow_private: Whether endpoints may be on loopback and private addresses.
        limits: How long an endpoint may take, and how much it may say.
    """

    def __init__(self, *, allow_private: bool, limits: Limits) -> None:
        self._allow_private = allow_private
        self._limits = limits

    def open(self, endpoint: Endpoint) -> "RemoteClient":
        """A client for the endpoint.

        Raises:
            AddressRefused: The server may not go there.
        """
        client = OpenAIEndpoint(
            endpoint.base_url,
            endpoint.api_key or "",
            limits=self._limits,
            allow_private=self._allow_private,
        )
        return RemoteClient(client, endpoint.slug)


class RemoteClient:
    """The connections to one endpoint.

    Args:
        endpoint: The official client, kept to its address.
        slug: First half of its models' names.
    """

    def __init__(self, endpoint: OpenAIEndpoint, slug: str) -> None:
        self._endpoint = endpoint
        self._slug = slug

    def chat_model(self, model: str) -> ChatModel:
        """One of its models."""
        return OpenAIChatModel(self._endpoint, slug=self._slug, model=model)

    async def list_models(self) -> Sequence[str]:
        """Read the endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        return await list_models(self._endpoint)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._endpoint.aclose()
