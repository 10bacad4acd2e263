"""Which other sites' pages may call the API, with a bearer token and never with a cookie."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Header = tuple[bytes, bytes]

METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
# `X-Lumen-Client` is left out on purpose: it opens the cookie, which is for our own pages alone.
REQUEST_HEADERS = (
    b"Authorization, Accept, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id, "
    b"X-Setup-Token"
)
EXPOSED = b"Content-Disposition, Retry-After, X-Message-Id, X-Request-Id, X-Should-Retry"
PREFLIGHT_AGE_S = 600


@dataclass(frozen=True, slots=True)
class OriginRule:
    """The other origins that are let in.

    Attributes:
        exact: Origins as browsers write them: `https://app.example.com`.
        below: Scheme, parent name and port of `https://*.example.com`.
        own: The origin of our own pages where the server knows it.
    """

    exact: frozenset[str] = frozenset()
    below: tuple[tuple[str, str, int | None], ...] = ()
    own: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether any other origin is let in, so that answers differ by origin."""
        return bool(self.exact or self.below)

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may call."""
        if origin in self.exact:
            return True
        parts = _split(origin)
        return parts is not None and any(
            (parts.scheme, parts.port) == (scheme, port)
            and (parts.hostname or "").endswith(f".{parent}")
            for scheme, parent, port in self.below
        )

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Whether it is the site that was asked itself.

        A page fetched without https must not speak for the one with it. The other way round is
        what a proxy looks like that ends TLS and does not say so.
        """
        if origin == self.own:
            return True
        parts = _split(origin)
        return parts is not None and parts.netloc == host and parts.scheme in {scheme, "https"}


def origin_rule(origins: Iterable[str], public_url: str | None) -> OriginRule:
    """The rule of a server; `origins` have been checked when the settings were read."""
    given = [origin.lower() for origin in origins]
    below = [urlsplit(origin) for origin in given if "://*." in origin]
    return OriginRule(
        exact=frozenset(origin for origin in given if "://*." not in origin),
        below=tuple(
            (each.scheme, (each.hostname or "").removeprefix("*."), each.port) for each in below
        ),
        own=_origin(public_url) if public_url else None,
    )


def granted(origin: str) -> list[Header]:
    """What an answer to an allowed origin carries; never leave for credentials."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", EXPOSED),
    ]


def preflight() -> list[Header]:
    """What an allowed origin may send."""
    return [
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", REQUEST_HEADERS),
        (b"access-control-max-age", str(PREFLIGHT_AGE_S).encode()),
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _split(origin: str) -> SplitResult | None:
    """The parts of an origin; None for `null` and whatever else is none."""
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.netloc and origin == f"{parts.scheme}://{parts.netloc}" else None
