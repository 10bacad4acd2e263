"""Which host names are answered to: exact names, whole labels, addresses; no look-alikes."""

import pytest

from app.api.hosts import HostRule, host_of, host_rule

PUBLIC = host_rule("0.0.0.0", "example.com", ["*.docs.example.org", "10.0.0.5"])  # noqa: S104
LOCAL = host_rule("127.0.0.1", None, [])


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.com:8000", "example.com"),
        ("example.com.", "example.com"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[2001:db8::7]:8443", "2001:db8::7"),
        ("lumen_web:8000", "lumen_web"),
    ],
)
def test_name_and_port_are_told_apart(header: str, host: str) -> None:
    assert host_of(header) == host


@pytest.mark.parametrize(
    "header",
    [
        "",
        ".",
        "..",
        "example..com",
        "-example.com",
        "example-.com",
        "example.com..",
        "example.com:",
        "example.com:80:80",
        "example.com:http",
        "example.com:99999",
        "ada@example.com",
        "ada:secret@example.com",
        "example.com/path",
        "example.com?x",
        "example.com#x",
        "example.com, evil.com",
        "example.com evil.com",
        "exa\tmple.com",
        "example.com\x00",
        "::1",
        "[::1",
        "[127.0.0.1]",
        "[example.com]",
        "[fe80::1%25eth0]",
        "ex\u0430mple.com",
        "a" * 64 + ".com",
        ".".join(["a" * 50] * 6),
    ],
)
def test_a_malformed_header_names_nobody(header: str) -> None:
    assert host_of(header) is None


@pytest.mark.parametrize("host", ["example.com", "a.docs.example.org", "a.b.docs.example.org"])
def test_public_and_allowed_names_are_answered(host: str) -> None:
    assert PUBLIC.allows(host)


@pytest.mark.parametrize(
    "host",
    [
        "exampleXcom".lower(),
        "evil-example.com",
        "www.example.com",
        "example.com.evil.io",
        "example.co",
        "com",
        "docs.example.org",
        "evildocs.example.org",
        "docs.example.org.evil.io",
        "localhost",
        "2130706433",
        "127.1",
        "0x7f.0.0.1",
    ],
)
def test_look_alikes_are_not(host: str) -> None:
    assert not PUBLIC.allows(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "192.168.1.7"])
def test_addresses_are_always_answered(host: str) -> None:
    assert LOCAL.allows(host)
    assert PUBLIC.allows(host)


def test_a_server_on_loopback_answers_to_loopback_names_alone() -> None:
    assert LOCAL.allows("localhost")
    assert not LOCAL.allows("localhost.evil.io")
    assert not LOCAL.allows("evil.localhost")
    assert not LOCAL.allows("rebound.example.com")


def test_a_server_on_the_network_with_nothing_set_answers_to_every_name() -> None:
    assert host_rule("0.0.0.0", None, []).allows("lumen.lan")  # noqa: S104 - only named
    assert not host_rule("0.0.0.0", None, ["a.lan"]).allows("lumen.lan")  # noqa: S104 - the same


def test_a_server_answers_to_the_name_it_listens_on() -> None:
    assert host_rule("Lumen.lan", "docs.example.com", []).allows("lumen.lan")


def test_names_are_compared_in_lower_case() -> None:
    assert HostRule(names=frozenset({"example.com"})).allows(host_of("EXAMPLE.COM") or "")
    assert host_rule("::", "Docs.Example.com", ["*.Lumen.LAN"]).allows("a.lumen.lan")
