"""Addresses of web pages as `providers.web_admission` lets them in: what can be told from them."""

from collections.abc import Sequence
from urllib.parse import urlsplit


def page_key(url: str) -> str:
    """What two addresses of one page have in common; takes what `public_url` gave."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}"


def host_of(url: str) -> str:
    """The host's name, as a reader knows a page by; takes what `public_url` gave."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_below(host: str, domains: Sequence[str]) -> bool:
    """Whether the host is one of these domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
