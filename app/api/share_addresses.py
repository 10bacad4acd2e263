"""The addresses of share links, for those who may see them."""

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import State

from app.sharing.tokens import ShareTokens

AnyRequest = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class ShareAddresses:
    """Makes a link's address.

    Attributes:
        tokens: Makes its token.
        public_url: Where people reach the server; None for where the request reached it.
    """

    tokens: ShareTokens
    public_url: str | None

    def url(self, request: AnyRequest, token: str) -> str:
        """Where a guest reads."""
        return f"{(self.public_url or str(request.base_url)).rstrip('/')}/app/share/{token}"
