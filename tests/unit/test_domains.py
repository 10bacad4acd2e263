"""Which pages may use an integration: the hosts that were named, and none that look like them."""

import pytest

from app.errors import InvalidRequest
from app.integrations.domains import allows, clean_domains

NAMED = ["example.com", "*.shop.example", "localhost:3000"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.com",
        "http://example.com:8080",
        "https://EXAMPLE.com",
        "https://a.shop.example",
        "https://a.b.shop.example:8443",
        "http://localhost:3000",
    ],
)
def test_a_named_host_may_ask(origin: str) -> None:
    assert allows(NAMED, origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://www.example.com",
        "https://exampleXcom",
        "https://evil-example.com",
        "https://example.com.evil.io",
        "https://example.com@evil.io",
        "https://evil.io/example.com",
        "https://evil.io#example.com",
        "https://shop.example",
        "https://evilshop.example",
        "https://a.shop.example.evil.io",
        "http://localhost",
        "http://localhost:30000",
        "file://example.com",
        "chrome-extension://example.com",
        "https://example.com:port",
        "https://[::1",
        "https://example.com, https://evil.io",
        "https://example.com/",
        "example.com",
    ],
)
def test_another_one_may_not(origin: str) -> None:
    assert not allows(NAMED, origin)


def test_where_no_host_is_named_every_page_may_ask() -> None:
    assert allows([], "https://anywhere.example")
    assert allows([], "null")


def test_domains_are_kept_as_browsers_write_them() -> None:
    given = [" Example.COM ", "*.Shop.example", "bücher.example", "example.com", "localhost:3000"]
    kept = ["example.com", "*.shop.example", "xn--bcher-kva.example", "localhost:3000"]
    assert clean_domains(given) == kept


@pytest.mark.parametrize(
    "domain",
    ["", "*", "*.", "*.com", "*.*.example.com", "a*.example.com", "https://example.com",
     "example.com/path", "exa mple.com", "-a.example.com", "a..example.com", "example.com:",
     "x" * 64, "user@example.com", "exam\nple.com"],
)  # fmt: skip
def test_what_is_no_host_is_refused(domain: str) -> None:
    with pytest.raises(InvalidRequest, match="is no host"):
        clean_domains([domain])


def test_there_are_not_too_many() -> None:
    with pytest.raises(InvalidRequest, match="At most 50"):
        clean_domains(f"a{n}.example.com" for n in range(51))
