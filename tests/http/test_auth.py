"""Bootstrap, sign-in, sessions and tokens over HTTP (wire contract, section 1)."""

import asyncio
from pathlib import Path

import httpx
import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.site import PASSWORD, Site, open_site

ADA = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
BROWSER = {"X-Lumen-Client": "browser"}


async def test_status_tells_whether_somebody_has_set_the_server_up(site: Site) -> None:
    async with site.client() as client:
        assert (await client.get("/bootstrap/status")).json() == {"isInitialized": False}
        await site.set_up()
        assert (await client.get("/bootstrap/status")).json() == {"isInitialized": True}


async def test_of_two_setups_that_race_one_is_told_409(site: Site) -> None:
    async with site.client() as client:
        bodies = [{"superadmin": {**ADA, "email": f"{n}@example.com"}} for n in "ab"]
        answers = await asyncio.gather(
            *(client.post("/bootstrap/init", json=body) for body in bodies)
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["error"] == "already_initialized"
    assert refused["requestId"]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "10.0.0.9"}, {"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}],
)
async def test_setup_from_elsewhere_needs_the_token(site: Site, headers: dict[str, str]) -> None:
    async with site.client() as client:
        refused = await client.post("/bootstrap/init", json={"superadmin": ADA}, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (403, "setup_token_required")
        body = {"superadmin": ADA, "setupToken": site.settings.setup_secret()}
        assert (await client.post("/bootstrap/init", json=body, headers=headers)).status_code == 201


async def test_a_server_bound_to_the_network_always_needs_the_token(
    database: Database, models: Models, tmp_path: Path
) -> None:
    async with (
        open_site(database, models, tmp_path, host="0.0.0.0") as site,  # noqa: S104 - it listens on loopback
        site.client() as client,
    ):
        refused = await client.post("/bootstrap/init", json={"superadmin": ADA})
        assert refused.status_code == 403
        wrong = {"superadmin": ADA, "setupToken": "0" * 32}
        assert (await client.post("/bootstrap/init", json=wrong)).status_code == 403


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"password": "short"}, ["superadmin", "password"]),
        ({"email": "nobody"}, ["superadmin", "email"]),
        ({"name": "  "}, ["superadmin", "name"]),
    ],
)
async def test_a_setup_that_does_not_fit_names_the_field(
    site: Site, change: dict[str, str], path: list[str]
) -> None:
    async with site.client() as client:
        refused = await client.post("/bootstrap/init", json={"superadmin": ADA | change})
    assert refused.status_code == 400
    assert refused.json()["issues"][0]["path"] == path


async def test_signing_in_gives_user_and_two_tokens(site: Site, ada: httpx.AsyncClient) -> None:
    async with site.client() as client:
        answer = await client.post(
            "/auth/login", json={"email": "ada@example.com", "password": PASSWORD}
        )
    assert set(answer.json()) == {"user", "accessToken", "refreshToken"}
    assert answer.json()["user"]["platformRole"] == "superadmin"
    assert (await ada.get("/auth/me")).json()["user"]["email"] == "ada@example.com"


async def test_wrong_credentials_are_401_and_nobody_yet_is_503(site: Site) -> None:
    body = {"email": "ada@example.com", "password": "wrong"}
    async with site.client() as client:
        early = await client.post("/auth/login", json=body)
        assert (early.status_code, early.json()["error"]) == (503, "not_bootstrapped")
        await site.set_up()
        refused = await client.post("/auth/login", json=body)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_credentials")


async def test_a_browser_gets_its_refresh_token_as_a_cookie_alone(site: Site) -> None:
    await site.set_up()
    async with site.client() as client:
        answer = await client.post(
            "/auth/login", json={"email": "ada@example.com", "password": PASSWORD}, headers=BROWSER
        )
        assert "refreshToken" not in answer.json()
        cookie = answer.headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/auth"))
        refreshed = await client.post("/auth/refresh", json={}, headers=BROWSER)
        assert refreshed.status_code == 200
        without = await client.post("/auth/refresh", json={})
        assert without.status_code == 401


async def test_another_site_can_neither_set_up_nor_refresh(site: Site) -> None:
    evil = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    async with site.client() as client:
        refused = await client.post("/bootstrap/init", json={"superadmin": ADA}, headers=evil)
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
        assert (await client.get("/bootstrap/status")).json() == {"isInitialized": False}


async def test_signing_out_ends_session_and_cookie(site: Site) -> None:
    await site.set_up()
    async with site.client() as client:
        login = {"email": "ada@example.com", "password": PASSWORD}
        answer = await client.post("/auth/login", json=login, headers=BROWSER)
        bearer = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
        assert (await client.post("/auth/logout", headers=BROWSER)).status_code == 204
        assert (await client.get("/auth/me", headers=bearer)).status_code == 401
        assert (await client.post("/auth/refresh", json={}, headers=BROWSER)).status_code == 401


async def test_a_personal_token_works_as_bearer_and_cannot_make_another(
    site: Site, ada: httpx.AsyncClient
) -> None:
    made = (await ada.post("/tokens", json={"name": "script", "expiresInDays": 1})).json()
    async with site.client(made["secret"]) as script:
        assert (await script.get("/auth/me")).status_code == 200
        assert (await script.post("/tokens", json={"name": "more"})).status_code == 403
        listed = (await ada.get("/tokens")).json()["tokens"]
        assert [token["last4"] for token in listed] == [made["secret"][-4:]]
        assert made["secret"] not in str(listed)
        assert (await ada.delete(f"/tokens/{made['token']['id']}")).status_code == 204
        assert (await script.get("/auth/me")).status_code == 401


async def test_every_answer_carries_its_request_id_and_closed_headers(site: Site) -> None:
    async with site.client() as client:
        given = await client.get("/bootstrap/status", headers={"X-Request-Id": "trace-12345"})
        assert given.headers["x-request-id"] == "trace-12345"
        nowhere = await client.get("/nothing/here")
    assert nowhere.json()["requestId"] == nowhere.headers["x-request-id"]
    assert nowhere.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in nowhere.headers["content-security-policy"]
