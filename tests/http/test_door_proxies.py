"""Only a trusted proxy's word counts on who asks, and how."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.accounts.tables import AuthSession, SignInFailure
from app.accounts.throttling import TRIES_PER_ADDRESS
from app.bootstrap.parts import Models
from app.cli.http_server import _plain, http_config
from app.db.engine import Database
from ingest.corpus.tables import now
from tests.fixtures.site import PASSWORD, Site, open_site

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
BROWSER = {"X-Lumen-Client": "browser"}
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=https;host=evil.example",
}


async def addresses(site: Site) -> list[str]:
    """Where people signed in from, the oldest first."""
    async with site.services.database.session() as session:
        rows = await session.exec(select(AuthSession).order_by(AuthSession.created_at))  # pyright: ignore[reportArgumentType]
        return [str(row.address) for row in rows]


async def sign_in(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/auth/login", json=LOGIN, headers=BROWSER | named)


@pytest.mark.parametrize("proxies", [[], ["10.0.0.0/8", "192.0.2.1"]], ids=["none", "others"])
async def test_what_a_stranger_forges_changes_nothing(
    database: Database, models: Models, tmp_path: Path, proxies: list[str]
) -> None:
    async with open_site(database, models, tmp_path, trusted_proxies=proxies) as site:
        await site.set_up()
        async with site.client() as client:
            answer = await client.post("/auth/login", json=LOGIN, headers=BROWSER | FORGED)
            assert answer.headers["set-cookie"].startswith("lumen_refresh=")
            assert "secure" not in answer.headers["set-cookie"].lower()
            assert set(await addresses(site)) == {"127.0.0.1"}


async def test_throttling_is_not_escaped_by_another_forged_address(site: Site) -> None:
    await site.set_up()
    began = now()
    async with site.services.database.transaction() as session:
        for number in range(TRIES_PER_ADDRESS):
            at = began - timedelta(milliseconds=number)
            session.add(SignInFailure(bucket="address:127.0.0.1", at=at))
    async with site.client() as client:
        refused = await client.post("/auth/login", json=LOGIN, headers=FORGED)
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")


async def test_a_trusted_proxy_says_who_asks_and_how(
    database: Database, models: Models, tmp_path: Path
) -> None:
    proxies = ["127.0.0.1", "10.0.0.0/8"]
    async with open_site(database, models, tmp_path, trusted_proxies=proxies) as site:
        made = {"superadmin": {"name": "Ada", **LOGIN}}
        async with site.client() as client:
            await client.post("/bootstrap/init", json=made)
            # What stands on the left the client may have written itself.
            through = await sign_in(
                client,
                X_Forwarded_For="198.51.100.1, 203.0.113.9, 10.1.2.3",
                X_Forwarded_Proto="https",
                X_Forwarded_Host="evil.example",
            )
            cookie = through.headers["set-cookie"]
            assert cookie.startswith("__Host-lumen_refresh=")
            assert "secure" in cookie.lower()
            await sign_in(client, X_Forwarded_For="[2001:db8::7]:4711")
            odd = await sign_in(client, X_Forwarded_Proto="javascript")
            assert odd.headers["set-cookie"].startswith("lumen_refresh=")
        assert await addresses(site) == ["127.0.0.1", "203.0.113.9", "2001:db8::7", "127.0.0.1"]


def test_nobody_is_trusted_unless_named() -> None:
    assert not http_config(None, []).proxy_headers
    assert http_config(None, ["10.0.0.1"]).forwarded_allow_ips == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("seen", "plain"),
    [("::ffff:10.0.0.1", "10.0.0.1"), ("10.0.0.1", "10.0.0.1"), ("::1", "::1"), ("", "")],
)
def test_an_address_has_one_spelling(seen: str, plain: str) -> None:
    assert _plain(seen) == plain
