"""Who may set the server up."""

from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

from litestar import Request
from litestar.datastructures import State

from app.accounts.errors import SetupTokenRequired

AnyRequest = Request[Any, Any, State]
_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


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
        host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower()
        local = is_loopback(host)
        forwarded = any(name in request.headers for name in _FORWARDING)
        if given is None and self.bound_to_loopback and local and not forwarded:
            return
        raise SetupTokenRequired(
            "Open the set-up link that the server printed when it started; it holds the token."
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
