"""What other sites load from here."""

import gzip
from pathlib import Path

import httpx
import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.site import Site, open_site

MOST_WIDGET = 40_000
"""Bytes, gzipped."""


@pytest.mark.parametrize("path", ["/client.js", "/widget.js"])
async def test_other_sites_may_load_it_and_hold_it_by_its_tag(site: Site, path: str) -> None:
    async with site.client() as client:
        got = await client.get(path)
        again = await client.get(
            path, headers={"If-None-Match": f'"other", W/{got.headers["etag"]}'}
        )
        head = await client.head(path)
    assert got.status_code == 200
    assert got.headers["content-type"].startswith("text/javascript")
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == head.headers["etag"] == got.headers["etag"]


@pytest.mark.parametrize("path", ["/client.js", "/widget.js", "/app/assets/0/js/client.js"])
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, gzip;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0, *", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_it_is_packed_for_whoever_takes_that(
    site: Site, path: str, accepted: str, encoding: str | None
) -> None:
    async with site.client() as client:
        got = await client.get(path, headers={"Accept-Encoding": accepted})
        plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert got.headers.get("content-encoding") == encoding
    assert "accept-encoding" in got.headers["vary"].lower()
    assert got.content == plain.content
    length = int(got.headers["content-length"])
    assert (length < len(plain.content)) == (encoding is not None)


async def test_only_the_client_is_read_across_origins(site: Site) -> None:
    origin = {"Origin": "https://shop.example.com"}
    async with site.client() as client:
        answers = {
            path: await client.get(path, headers=origin)
            for path in ("/client.js", "/widget.js", "/app", "/app/assets/0/js/client.js")
        }
    allowed = {
        path: answer.headers.get("access-control-allow-origin") for path, answer in answers.items()
    }
    assert allowed.pop("/client.js") == "*"
    assert set(allowed.values()) == {None}


async def test_an_origin_that_is_allowed_everywhere_is_told_so_once(
    database: Database, models: Models, tmp_path: Path
) -> None:
    friend = "https://app.example.com"
    async with (
        open_site(database, models, tmp_path, cors_origins=[friend]) as site,
        site.client() as client,
    ):
        got = await client.get("/client.js", headers={"Origin": friend})
    assert got.headers.get_list("access-control-allow-origin") == ["*"]


async def test_the_client_is_the_module_that_the_screens_use(site: Site) -> None:
    async with site.client() as client:
        published = await client.get("/client.js")
        used = await client.get("/app/assets/0/js/client.js")
    assert published.content == used.content
    assert b"\nimport " not in published.content


async def test_the_widget_is_one_small_file(site: Site) -> None:
    async with site.client() as client:
        widget = await client.get("/widget.js")
    assert len(gzip.compress(widget.content)) < MOST_WIDGET
    assert b"\nimport " not in widget.content
    assert b"\nexport " not in widget.content


async def test_the_screens_load_nothing_of_the_widget(site: Site) -> None:
    async with site.client() as client:
        page = await client.get("/app")
    assert "/widget/" not in page.text
    assert "css/tokens.css" in page.text


async def test_the_preview_is_framed_by_our_own_screens_alone(ada: httpx.AsyncClient) -> None:
    preview = await ada.get("/app/widget-preview")
    policy = preview.headers["content-security-policy"]
    assert preview.status_code == 200
    assert preview.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "{assets}" not in preview.text
