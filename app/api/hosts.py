"""Which names the server answers to: a page that rebinds its own name to us gets nothing.

Addresses are always taken. A rebound or poisoned request carries a domain name, never an address.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

_PORT = r"(?::(?P<port>\d{1,5}))?"
_HOST = re.compile(
    rf"(?P<name>[a-z0-9_.-]+){_PORT}|\[(?P<v6>[0-9a-f:.]+)\]{_PORT.replace('port', 'port6')}"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
LONGEST_NAME = 253
HIGHEST_PORT = 65535
LOOPBACK = "localhost"
EXEMPT = ("/health/", "/metrics")
"""Paths that hold nothing of anybody's and are asked under names of a cluster's own."""


@dataclass(frozen=True, slots=True)
class HostRule:
    """The names that are answered to.

    Attributes:
        names: Exact names, in lower case.
        parents: Names whose subdomains are taken, themselves not.
        anything: Whether every well-formed name is taken.
    """

    names: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    anything: bool = False

    def allows(self, host: str) -> bool:
        """Whether a host, as `host_of` gives it, is answered to."""
        if self.anything or is_address(host) or host in self.names:
            return True
        return any(host.endswith(f".{parent}") for parent in self.parents)


def host_rule(listening_on: str, public_host: str | None, allowed: Iterable[str]) -> HostRule:
    """The rule of a server.

    Args:
        listening_on: The name or address that it listens on.
        public_host: Where people reach it, if that is known.
        allowed: Further names, `*.example.com` for every name below one.
    """
    given = [name.lower() for name in allowed]
    local = is_loopback(listening_on)
    names = {name for name in given if not name.startswith("*.")} | {listening_on.lower()}
    if local:
        names.add(LOOPBACK)
    if public_host:
        names.add(public_host.lower())
    return HostRule(
        names=frozenset(names),
        parents=tuple(name.removeprefix("*.") for name in given if name.startswith("*.")),
        anything=not (local or public_host or given),
    )


def host_of(header: str) -> str | None:
    """The name or address in a `Host` header, in lower case; None where it is malformed.

    A dot at the end is dropped: it means the same name.
    """
    match = _HOST.fullmatch(header.lower())
    if match is None or int(match["port"] or match["port6"] or 0) > HIGHEST_PORT:
        return None
    if match["v6"] is not None:
        return match["v6"] if is_address(match["v6"]) and ":" in match["v6"] else None
    name = match["name"].removesuffix(".")
    labels = name.split(".")
    fits = len(name) <= LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)
    return name if fits else None


def is_address(host: str) -> bool:
    """Whether it is an IP address, in its usual spelling."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine itself."""
    return host.lower() == LOOPBACK or (is_address(host) and ip_address(host).is_loopback)
