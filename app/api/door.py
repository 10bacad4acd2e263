"""Who is let in at all: under which names, from which sites, with an address that is text."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from litestar.types import HTTPScope

from app.api.cors import Header, OriginRule, granted, preflight
from app.api.customers.paths import is_for_customers, takes_integrations
from app.api.hosts import EXEMPT, HostRule, host_of
from app.api.sound import is_text

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FOR_OUR_PAGES = frozenset({b"cookie", b"x-lumen-client"})
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is turned away: a code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Door:
    """What a server lets in.

    Attributes:
        hosts: The names that it answers to.
        origins: The other sites whose pages may call it.
        https: Whether people reach it by https, and are to stay with that.
    """

    hosts: HostRule = field(default_factory=lambda: HostRule(anything=True))
    origins: OriginRule = field(default_factory=OriginRule)
    https: bool = False

    def refusal(self, scope: HTTPScope) -> Refusal | None:
        """Why this request goes no further; None where it may."""
        if not scope["path"].startswith(EXEMPT) and not self._known_host(scope):
            return Refusal(
                "host_not_allowed",
                "The server does not answer to this name. LUMEN_ALLOWED_HOSTS lists those it does.",
            )
        if not (is_text(scope["raw_path"]) and is_text(scope["query_string"])):
            return Refusal("invalid_request", "The address holds bytes that are no text.")
        if not takes_integrations(scope["path"]) and self._from_another_site(scope):
            return Refusal("forbidden", "This request comes from another site.")
        return None

    def let_in(self, scope: HTTPScope) -> None:
        """Take from another site's request what only our own pages may use."""
        if is_for_customers(scope["path"]) or self._guest(scope):
            scope["headers"] = [
                (name, value) for name, value in scope["headers"] if name not in _FOR_OUR_PAGES
            ]

    def is_preflight(self, scope: HTTPScope) -> bool:
        """Whether a browser asks what an allowed site may send."""
        asked = header(scope, b"access-control-request-method")
        is_ours = not is_for_customers(scope["path"])
        return is_ours and scope["method"] == "OPTIONS" and bool(asked) and self._guest(scope)

    def headers(self, scope: HTTPScope) -> list[Header]:
        """What the answer carries on behalf of browsers."""
        found: list[Header] = []
        if self.https and scope["scheme"] == "https":
            found.append(HTTPS_ONLY)
        if is_for_customers(scope["path"]):
            # Which pages may read it, the integration says; the gate adds that.
            return [*found, (b"vary", b"Origin")]
        if not (self.origins.is_open or takes_integrations(scope["path"])):
            return found
        found.append((b"vary", b"Origin"))
        if self._guest(scope):
            found += granted(header(scope, b"origin"))
        if self.is_preflight(scope):
            found += preflight()
        return found

    def _known_host(self, scope: HTTPScope) -> bool:
        given = list(headers_of(scope, b"host"))
        host = host_of(given[0]) if len(given) == 1 else None
        return host is not None and self.hosts.allows(host)

    def _from_another_site(self, scope: HTTPScope) -> bool:
        """Whether a browser sends this for a stranger, unsafe and with no credential in a header.

        A bearer header can't be sent across sites without a preflight, which strangers are not
        granted; a cookie, a sign-in and a set-up could be.
        """
        if scope["method"] in _SAFE_METHODS or header(scope, b"authorization"):
            return False
        origin = header(scope, b"origin")
        return bool(origin) and not (self._is_own(scope, origin) or self.origins.allows(origin))

    def _guest(self, scope: HTTPScope) -> bool:
        """Whether a page of an allowed other site sends this."""
        origin = header(scope, b"origin")
        return bool(origin) and not self._is_own(scope, origin) and self.origins.allows(origin)

    def _is_own(self, scope: HTTPScope, origin: str) -> bool:
        return self.origins.is_own(origin, scope["scheme"], header(scope, b"host").lower())


def header(scope: HTTPScope, name: bytes) -> str:
    """The first header of that name, or nothing."""
    return next(iter(headers_of(scope, name)), "")


def headers_of(scope: HTTPScope, name: bytes) -> Iterable[str]:
    """All headers of that name."""
    return (value.decode("latin-1") for key, value in scope["headers"] if key == name)
