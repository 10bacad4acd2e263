"""Which origins are let in: exact ones, whole labels of a parent; no look-alikes."""

import pytest

from app.api.cors import origin_rule

RULE = origin_rule(
    ["https://app.example.com", "https://*.example.org", "http://localhost:5173"],
    "https://Lumen.example.net/",
)


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com",
        "https://a.example.org",
        "https://a.b.example.org",
        "http://localhost:5173",
    ],
)
def test_named_origins_are_let_in(origin: str) -> None:
    assert RULE.allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "*",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.io",
        "https://evil-app.example.com",
        "https://appXexample.com",
        "https://app.example.com/",
        "https://example.org",
        "https://evilexample.org",
        "https://a.example.org.evil.io",
        "https://a.example.org:8443",
        "http://a.example.org",
        "https://a.example.org/x",
        "https://evil.io#.example.org",
        "https://evil.io/.example.org",
        "https://a.example.org:x",
        "https://[::1",
    ],
)
def test_look_alikes_are_not(origin: str) -> None:
    assert not RULE.allows(origin)


def test_our_own_pages_are_those_of_the_host_asked_or_of_the_public_url() -> None:
    assert RULE.is_own("https://lumen.example.net", "http", "web:8000")
    assert RULE.is_own("http://10.0.0.1:8000", "http", "10.0.0.1:8000")
    assert RULE.is_own("https://docs.lan", "http", "docs.lan")
    assert not RULE.is_own("http://docs.lan", "https", "docs.lan")
    assert not RULE.is_own("http://docs.lan:81", "http", "docs.lan")
    assert not RULE.is_own("null", "http", "")
