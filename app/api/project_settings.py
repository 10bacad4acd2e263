"""How a project's answers are made, as its settings say (wire contract, section 3)."""

import re
from typing import Annotated, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.api.bodies import Body
from app.errors import InvalidRequest

MOST_DOMAINS = 50
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,62}"
)
Domains = Annotated[list[Annotated[str, Meta(max_length=253)]], Meta(max_length=MOST_DOMAINS)]


def _nowhere() -> list[str]:
    return []


class WebSettings(Body):
    """Where the project's web searches look, and for how much."""

    include_domains: Domains = msgspec.field(default_factory=_nowhere)
    exclude_domains: Domains = msgspec.field(default_factory=_nowhere)
    max_results: Annotated[int, Meta(ge=1, le=20)] = 6
    with_documents: bool = False


class ProjectSettings(Body, omit_defaults=True):
    """How answers of this project are made; what is absent is the server's default.

    In a change, what is absent stays and null goes back to the default.
    """

    model: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    temperature: Annotated[float, Meta(ge=0, le=2)] | UnsetType | None = UNSET
    top_k: Annotated[int, Meta(ge=1, le=50)] | UnsetType | None = UNSET
    web: WebSettings | UnsetType | None = UNSET


def merged(kept: dict[str, object], change: ProjectSettings) -> dict[str, object]:
    """The settings after a change.

    Raises:
        InvalidRequest: A domain is no host name.
    """
    given = cast("dict[str, object]", msgspec.to_builtins(change))
    if isinstance(change.web, WebSettings):
        given["web"] = msgspec.to_builtins(_with_plain_domains(change.web))
    after = {**kept, **given}
    return {name: value for name, value in after.items() if value is not None}


def _with_plain_domains(web: WebSettings) -> WebSettings:
    return msgspec.structs.replace(
        web,
        include_domains=_plain(web.include_domains, "includeDomains"),
        exclude_domains=_plain(web.exclude_domains, "excludeDomains"),
    )


def _plain(domains: list[str], field: str) -> list[str]:
    """Host names in lower case and ASCII, each once; a site and its `www.` are the same."""
    return list(dict.fromkeys(_host_name(each, field, str(at)) for at, each in enumerate(domains)))


def _host_name(given: str, *path: str) -> str:
    name = given.strip().rstrip(".").lower()
    try:
        plain = name if name.isascii() else name.encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    if not _NAME.fullmatch(plain):
        raise InvalidRequest(
            "Write a host name like example.com, without scheme, port and path.",
            "settings",
            "web",
            *path,
        )
    return plain.removeprefix("www.")
