"""What settings are made of: kinds of values that are checked when they are read."""

import re
from ipaddress import ip_network
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_NAME = r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?"
_HOST = re.compile(rf"(\*\.)?{_NAME}|[0-9a-f:]*:[0-9a-f:.]+", re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://((\*\.)?{_NAME}|\[[0-9a-f:.]+\])(:\d{{1,5}})?", re.IGNORECASE)
_LANGUAGE = re.compile(r"(script/)?[A-Za-z]+(_[A-Za-z]+)*")


def _split(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _networks(given: list[str]) -> list[str]:
    for each in given:
        try:
            ip_network(each)
        except ValueError as error:
            raise ValueError(
                f"`{each}` is neither an address nor a network like 10.0.0.0/8. Whoever is "
                "trusted says who asks, so it takes no names and no `*`."
            ) from error
    return given


def _hosts(given: list[str]) -> list[str]:
    for each in given:
        if not _HOST.fullmatch(each):
            raise ValueError(
                f"`{each}` is no host name like docs.example.com or *.example.com. Leave "
                "scheme, port and path out."
            )
    return given


def _origins(given: list[str]) -> list[str]:
    for each in given:
        if not _ORIGIN.fullmatch(each):
            raise ValueError(
                f"`{each}` is no origin like https://app.example.com or https://*.example.com. "
                "Name each site: `*` and `null` would let everybody in."
            )
    return given


def _languages(given: list[str]) -> list[str]:
    for each in given:
        if not _LANGUAGE.fullmatch(each):
            raise ValueError(
                f"`{each}` is no language of tesseract's, such as eng, deu or chi_sim. "
                "`tesseract --list-langs` shows those that are installed."
            )
    return given


def _address(value: str | None) -> str | None:
    if value and not _ORIGIN.fullmatch("://".join(urlsplit(value)[:2])):
        raise ValueError(f"`{value}` is no address like https://docs.example.com.")
    return value or None


def _mail_server(value: SecretStr | None) -> SecretStr | None:
    url = urlsplit(value.get_secret_value()) if value else None
    if url and (url.scheme not in {"smtp", "smtps"} or not url.hostname):
        raise ValueError("Write it as smtp://user:password@host:587 or smtps://….")
    return value if url else None


def _issuer(value: str | None) -> str | None:
    url = urlsplit(value) if value else None
    if url and (url.scheme not in {"https", "http"} or not url.hostname or url.query):
        raise ValueError("Write the issuer's address, such as https://login.example.com.")
    return value or None


def _scopes(value: str) -> str:
    if "openid" not in value.split():
        raise ValueError("The scopes must have openid among them.")
    return value


_Listed: TypeAlias = Annotated[list[str], NoDecode, BeforeValidator(_split)]

Networks: TypeAlias = Annotated[_Listed, AfterValidator(_networks)]
"""Addresses and networks, with commas."""
Hosts: TypeAlias = Annotated[_Listed, AfterValidator(_hosts)]
"""Host names, `*.example.com` for every name below one, with commas."""
Origins: TypeAlias = Annotated[_Listed, AfterValidator(_origins)]
"""Origins of web pages, with commas."""
RecognisedLanguages: TypeAlias = Annotated[_Listed, AfterValidator(_languages)]
"""Languages as tesseract names them, with commas."""
Address: TypeAlias = Annotated[str | None, AfterValidator(_address)]
"""Where the server is reached: scheme, host and perhaps more."""
MailServer: TypeAlias = Annotated[SecretStr | None, AfterValidator(_mail_server)]
"""`smtp://user:password@host:587` or `smtps://…`."""
IssuerAddress: TypeAlias = Annotated[str | None, AfterValidator(_issuer)]
"""An OpenID Connect issuer, as it calls itself."""
Scopes: TypeAlias = Annotated[str, AfterValidator(_scopes)]
"""Separated by blanks, `openid` among them."""
