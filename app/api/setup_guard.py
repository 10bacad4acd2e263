"""Who may set the server up."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from litestar import Request
from litestar.datastructures import State

from app.accounts.errors import SetupTokenRequired
from app.api.hosts import host_of, is_loopback

AnyRequest = Request[Any, Any, State]
_FORWARDING = ("forwarded", "via", "x-forwarded-", "x-real-ip")
"""How the names of headers begin that a proxy adds."""


@dataclass(frozen=True, slots=True)
class SetupGuard:
    """Who may set the server up.

    Attributes:
        token: The one-time token printed at start.
        bound_to_loopback: Whether the server listens on loopback alone.
    """

    token: str
    bound_to_loopback: bool

    def check(self, request: AnyRequest, given: str | None) -> None:
        """Let a holder of the token pass, and somebody who sits at this very machine.

        Raises:
            SetupTokenRequired: Neither.
        """
        if given is not None and compare_digest(given.encode(), self.token.encode()):
            return
        host = host_of(request.headers.get("host", ""))
        local = host is not None and is_loopback(host)
        forwarded = any(name.startswith(_FORWARDING) for name in request.headers)
        if given is None and self.bound_to_loopback and local and not forwarded:
            return
        raise SetupTokenRequired(
            "Open the set-up link that the server printed when it started; it holds the token."
        )
