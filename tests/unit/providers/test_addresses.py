import socket
from ipaddress import ip_address

import httpx2
import pytest

from providers.addresses import GuardedTransport, check_address, check_url
from providers.errors import AddressRefused


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[2001::1]",
        "[::127.0.0.1]",
        "[::]",
        "0.0.0.0",  # noqa: S104  # It is refused, not bound.
        "0",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.01",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "[ff02::1]",
    ],
)
@pytest.mark.parametrize("allow_private", [True, False])
def test_metadata_link_local_and_odd_spellings_are_refused_always(host: str, allow_private: bool):
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}/v1", allow_private=allow_private)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.9.9.9",
        "[::1]",
        "localhost",
        "a.localhost",
        "10.0.0.7",
        "172.16.0.1",
        "192.168.1.1",
        "[fd12::1]",
        "100.64.0.1",
    ],
)
def test_loopback_and_private_ranges_only_where_allowed(host: str):
    check_url(f"http://{host}:8080/v1", allow_private=True)
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}:8080/v1", allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://8.8.8.8/v1",
        "http://models.example:11434/v1",
        "https://[2606:4700::1111]/v1",
        "https://123.example.com/v1",
    ],
)
def test_public_addresses_pass(url: str):
    check_url(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com/v1",
        "ftp://example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///v1",
        "https://user:pw@example.com/v1",
        "https://example.com\\@10.0.0.1/",
        "https://exa mple.com",
        "https://example.com\n.evil",
        "https://example.com:99999/",
        "http://[::1/",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str):
    with pytest.raises(AddressRefused):
        check_url(url, allow_private=True)


async def test_a_name_is_judged_by_the_addresses_it_has_when_connecting():
    transport = GuardedTransport(allow_private=False)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://{socket.gethostname()}.localhost:1/")
        with pytest.raises(AddressRefused):
            await client.get("http://localhost:1/")


def test_the_resolved_address_is_refused_whatever_its_name_was():
    with pytest.raises(AddressRefused):
        check_address(ip_address("169.254.169.254"), allow_private=True)
