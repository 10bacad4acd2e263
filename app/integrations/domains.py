"""The hosts whose pages may use an integration: exact names, or all below one."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from app.errors import InvalidRequest

MOST_DOMAINS = 50
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::\d{{1,5}})?")


def clean_domains(given: Iterable[str]) -> list[str]:
    """As they are kept: lower case, in ASCII, each once.

    Raises:
        InvalidRequest: One is no host, or there are too many.
    """
    domains = list(dict.fromkeys(_clean(each) for each in given))
    if len(domains) > MOST_DOMAINS:
        raise InvalidRequest(f"At most {MOST_DOMAINS} domains.", "allowedDomains")
    return domains


def allows(domains: Sequence[str], origin: str) -> bool:
    """Whether pages of this origin may ask; no domains allow every one.

    `*.example.com` stands for every name below `example.com`, not for itself. A domain without a
    port stands for any port. `null`, and whatever else is no origin of the web, is never allowed
    where there are domains.
    """
    if not domains:
        return True
    place = _place(origin)
    return place is not None and any(_matches(domain, *place) for domain in domains)


def _clean(domain: str) -> str:
    text = domain.strip().lower()
    star = "*." if text.startswith("*.") else ""
    host, colon, port = text.removeprefix(star).partition(":")
    try:
        found = star + host.encode("idna").decode() + colon + port
    except UnicodeError:
        found = ""
    # `*.com` would open the door to half of the web.
    if (star and "." not in host) or not _DOMAIN.fullmatch(found):
        raise InvalidRequest(
            f"“{domain[:80]}” is no host. Write example.com, or *.example.com for all below it.",
            "allowedDomains",
        )
    return found


def _place(origin: str) -> tuple[str, int | None] | None:
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    if origin.lower() != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        return None
    return parts.hostname, port


def _matches(domain: str, host: str, port: int | None) -> bool:
    name, _, wanted = domain.partition(":")
    if wanted and str(port) != wanted:
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name
