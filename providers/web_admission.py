"""Which addresses of web pages may be shown, and in what spelling."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from providers.addresses import check_url
from providers.errors import AddressRefused
from providers.web_address import is_below

LONGEST_URL: Final = 2048
_PORTS: Final = {"http": 80, "https": 443}
_INNER: Final = (
    # Names that mean something inside a net only (RFC 6761, RFC 6762, RFC 8375; ICANN for
    # .internal), and those that routers and companies use so.
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "onion",
)
_TRACKING: Final = frozenset(
    re.findall(
        r"\S+",
        """
        fbclid gclid gclsrc dclid wbraid gbraid msclkid yclid twclid ttclid igshid mc_cid mc_eid
        _hsenc _hsmi mkt_tok oly_anon_id oly_enc_id vero_id ref_src srsltid
        """,
    )
)


def public_url(url: str) -> str | None:
    """The address in its plain spelling, or None where nobody should be led there.

    Only http and https, no credentials, no host of an inner net in whatever spelling. Host in
    ASCII, everything else percent-encoded, no fragment, nothing that follows a reader's steps.
    """
    url = url.strip(" ")
    if len(url) > LONGEST_URL:
        return None
    try:
        check_url(url, allow_private=False)
        parts = urlsplit(url)
        host = _ascii_host(parts)
    except (AddressRefused, ValueError):
        return None
    if not _is_public_name(host):
        return None
    plain = urlunsplit((parts.scheme, _place(parts, host), _path(parts), _query(parts), ""))
    return plain if len(plain) <= LONGEST_URL else None


def _ascii_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".").lower()
    # The idna codec folds look-alikes of dots and digits before anything is compared.
    return host if host.isascii() else host.encode("idna").decode().lower()


def _is_public_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not is_below(host, _INNER)
    return True


def _place(parts: SplitResult, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    return shown if port in {None, _PORTS[parts.scheme]} else f"{shown}:{port}"


def _path(parts: SplitResult) -> str:
    return quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"


def _query(parts: SplitResult) -> str:
    given = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    kept = [(name, value) for name, value in given if not _is_tracking(name)]
    if len(kept) == len(given):
        return quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlencode(kept)


def _is_tracking(name: str) -> bool:
    return name.lower() in _TRACKING or name.lower().startswith("utm_")
