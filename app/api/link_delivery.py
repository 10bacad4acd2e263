"""How a one-time link reaches its person."""

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import State

from app.accounts.tables import OneTimeLink
from app.api.link_views import LinkView
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Makes a link's address.

    Attributes:
        public_url: Where people reach the server; None for where the request reached it.
    """

    public_url: str | None

    def handed_over(self, request: AnyRequest, link: OneTimeLink, token: str) -> LinkView:
        """The link as whoever made it passes it on."""
        return LinkView(
            url=link_url(self.public_url or str(request.base_url), token),
            purpose=link.purpose,
            expires_at=timestamp(link.expires_at),
            emailed=False,
        )


def link_url(server: str, token: str) -> str:
    """The page that takes the link up.

    The token stands behind the `#`, which browsers send to no server: it is in no log.
    """
    return f"{server.rstrip('/')}/app/welcome#token={token}"
