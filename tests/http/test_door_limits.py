"""No request is too large, too deep or too odd to be refused properly."""

import asyncio
import re

import httpx
import msgspec
import pytest

from app.asgi import MAX_BODY_BYTES
from app.cli.http_server import MOST_HEAD_BYTES, MOST_HEADERS
from tests.fixtures.site import Site
from tests.http.raw import error_of, exchange, request, status_of

SOMEBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
JSON = {"Content-Type": "application/json"}

NONSENSE = [
    b"[" * 200_000,
    b'{"a":' * 150_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"name":"' + b"a" * 900_000,
    b'{"name":"a\x00b"}',
    b'{"name":"a\\u0000b"}',
    b'{"name":"a","more":[{"\\u0000":1}]}',
    b'{"name":"\\ud800"}',
    b'{"name":"\\udc00\\ud800"}',
    b'{"name":"\xff"}',
    b'{"name":' + b"9" * 100_000 + b"}",
    b'{"name":1e999}',
    b"\xef\xbb\xbf{}",
    b"NaN",
    b"",
]


async def takers_of_json(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Every call that takes a JSON body, with ids filled in."""
    document = (await client.get("/schema/openapi.json")).json()
    found = [
        (method.upper(), re.sub(r"\{[^}]+\}", SOMEBODY, path))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(found) > 10
    return found


async def pieces_of(size: int) -> object:
    for _ in range(size // 65536 + 1):
        yield b" " * 65536


async def test_every_call_that_takes_json_takes_a_mebibyte_of_it(ada: httpx.AsyncClient) -> None:
    for method, path in await takers_of_json(ada):
        large = await ada.request(method, path, content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
        assert large.status_code == 413, path
        code = "request_too_large" if path.startswith("/v1/") else "file_too_large"
        assert f'"{code}"' in large.text, path
        pieces = pieces_of(MAX_BODY_BYTES + 1)
        chunked = await ada.request(method, path, content=pieces, headers=JSON)
        assert chunked.status_code == 413, path


async def test_json_that_means_nothing_is_the_senders_fault(ada: httpx.AsyncClient) -> None:
    takers = await takers_of_json(ada)
    for body in NONSENSE:
        for method, path in takers:
            if path == "/auth/logout":
                continue  # It may do without a body, and then ends this very session.
            answer = await ada.request(method, path, content=body, headers=JSON)
            assert answer.status_code < 500, (method, path, body[:20])
            if path in {"/projects", "/tokens"}:
                assert answer.json()["error"] == "invalid_request", (path, body[:20])


async def test_two_hosts_or_none_are_no_host(site: Site) -> None:
    for path in ("/bootstrap/status", "/app"):
        two = request("GET", path, "Host: localhost")
        none = two.replace(b"Host: localhost\r\n", b"")
        for head in (two, none, none.replace(b"HTTP/1.1", b"HTTP/1.0")):
            answer = await exchange(site.url, head)
            assert (status_of(answer), error_of(answer)) == (400, "host_not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        ["X-A: 1"] * (MOST_HEADERS + 1),
        ["X-A: " + "a" * (MOST_HEAD_BYTES + 1)],
        [f"X-{number}: " + "a" * 1000 for number in range(100)],
    ],
    ids=["many", "one long", "many long"],
)
async def test_a_head_is_bounded(site: Site, headers: list[str]) -> None:
    answer = await exchange(site.url, request("GET", "/health/live", *headers))
    assert status_of(answer) == 431
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_head_that_never_ends_is_cut_off(site: Site) -> None:
    pieces = (b"a" * 65536 for _ in range(160))
    answer = await exchange(site.url, b"GET / HTTP/1.1\r\nX-A: ", *pieces)
    # The connection was closed; what the server said may be lost with what was still under way.
    assert not answer or status_of(answer) == 431


async def test_a_long_query_is_answered(site: Site) -> None:
    ordinary = request("GET", "/bootstrap/status?q=" + "a" * (MOST_HEAD_BYTES - 1024))
    assert status_of(await exchange(site.url, ordinary)) == 200
    longer = request("GET", "/bootstrap/status?q=" + "a" * MOST_HEAD_BYTES)
    assert status_of(await exchange(site.url, longer)) == 431
    many = request("GET", "/bootstrap/status?" + "&".join(["a=b"] * 12_000))
    assert status_of(await exchange(site.url, many)) == 200


async def test_a_mebibyte_behind_the_head_is_no_head(ada: httpx.AsyncClient) -> None:
    name = "n" * 150
    body = msgspec.json.encode({"name": name, "description": "d" * 1999})
    answers = await asyncio.gather(
        *(ada.post("/projects", content=body + b" " * 900_000, headers=JSON) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {201}
