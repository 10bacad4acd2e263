"""What every answer carries: nothing kept, nothing sniffed, nothing framed; HEAD as GET."""

import asyncio
import gc
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.site import OpenSite, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLOSED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(standing: OpenSite) -> AsyncGenerator[Site]:
    async with standing() as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    async with await site.set_up() as client:
        yield client


async def test_nothing_about_people_is_kept(ada: httpx.AsyncClient) -> None:
    document = (await ada.get("/schema/openapi.json")).json()
    plain = [path for path, item in document["paths"].items() if "get" in item and "{" not in path]
    assert len(plain) > 8
    for path in [*plain, "/nothing", "/projects/0"]:
        answer = await ada.get(path)
        assert "no-store" in answer.headers["cache-control"], path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert CLOSED.items() <= dict(answer.headers).items(), path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PATCH", "/health/live", 405),
        ("GET", "/projects", 401),
        ("GET", "/app/assets/0/nothing.js", 404),
        ("GET", "/app/assets/0/js/main.js", 200),
        ("GET", "/app/projects", 200),
        ("GET", "/", 302),
    ],
)
async def test_errors_pages_and_files_are_closed_as_well(
    site: Site, method: str, path: str, status: int
) -> None:
    async with site.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert CLOSED.items() <= dict(answer.headers).items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    if path.startswith("/app") and status == 200:
        assert "camera=()" in answer.headers["permissions-policy"]


async def test_head_answers_as_get_without_a_body(ada: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/app", "/app/assets/0/js/main.js", "/projects", "/nothing"):
        got, head = await ada.get(path), await ada.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers.get(name) == got.headers.get(name), path


async def test_head_of_a_stream_ends(ada: httpx.AsyncClient) -> None:
    made = (await ada.post("/projects", json={"name": "P"})).json()["project"]["id"]
    head = await ada.head(f"/documents/projects/{made}/events", timeout=5)
    assert (head.status_code, head.content) == (200, b"")
    assert (await ada.get("/health/live")).status_code == 200


async def test_readers_that_leave_at_once_leave_no_connection_behind(
    ada: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    made = (await ada.post("/projects", json={"name": "P"})).json()["project"]["id"]
    path = f"/documents/projects/{made}/events"
    for _ in range(10):
        await asyncio.gather(*(ada.head(path, timeout=5) for _ in range(8)))
    gc.collect()
    assert [each.message for each in caplog.records if each.name.startswith("sqlalchemy")] == []


async def test_head_changes_nothing(ada: httpx.AsyncClient) -> None:
    assert (await ada.head("/auth/logout")).status_code == 405
    assert (await ada.get("/auth/me")).status_code == 200


async def test_https_stays_https_where_people_come_by_it(
    standing: OpenSite,
) -> None:
    public = {"public_url": "https://lumen.example.com"}
    async with (
        standing(**public, trusted_proxies=["127.0.0.1"]) as site,
        site.client() as client,
    ):
        plain = await client.get("/health/live")
        assert "strict-transport-security" not in plain.headers
        secure = await client.get("/health/live", headers={"X-Forwarded-Proto": "https"})
        assert secure.headers["strict-transport-security"] == "max-age=31536000"
