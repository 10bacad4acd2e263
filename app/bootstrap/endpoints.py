"""OpenAI-compatible endpoints, through the official client."""

from collections.abc import Sequence

from app.catalog.models import Endpoint
from providers.contract import ChatModel
from providers.endpoint import OpenAIEndpoint
from providers.openai_compatible import OpenAIChatModel, list_models


class RemoteEndpoints:
    """Builds clients and asks for lists of models.

    Args:
        allow_private: Whether endpoints may be on loopback and private addresses.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def chat_model(self, endpoint: Endpoint, model: str) -> ChatModel:
        """A client for one of the endpoint's models.

        Raises:
            AddressRefused: The server may not go there.
        """
        return OpenAIChatModel(self._open(endpoint), slug=endpoint.slug, model=model)

    async def list_models(self, endpoint: Endpoint) -> Sequence[str]:
        """Read the endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        client = self._open(endpoint)
        try:
            return await list_models(client)
        finally:
            await client.aclose()

    def _open(self, endpoint: Endpoint) -> OpenAIEndpoint:
        return OpenAIEndpoint(
            endpoint.base_url, endpoint.api_key or "", allow_private=self._allow_private
        )
