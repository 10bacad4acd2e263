"""One-time links over HTTP: made by who may, taken up once."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select, update
from uuid_utils.compat import uuid7

from app.accounts.tables import OneTimeLink, User
from app.accounts.throttling import TRIES_PER_ADDRESS
from app.bootstrap.parts import Models
from app.db.engine import Database
from ingest.corpus.tables import now
from tests.fixtures.site import Site, open_site
from tests.http.signing import BROWSER, entries, person, refused, sign_in

NEW = "seventeen quiet herons"


async def make(client: httpx.AsyncClient, user: User) -> str:
    """A link's token."""
    answer = await client.post(f"/users/{user.id}/link")
    assert answer.status_code == 201, answer.text
    return answer.json()["link"]["url"].partition("#token=")[2]


async def accept(site: Site, token: str, password: str = NEW) -> httpx.Response:
    async with site.client() as nobody:
        return await nobody.post("/auth/links/accept", json={"token": token, "password": password})


async def opened(site: Site, token: str) -> httpx.Response:
    async with site.client() as nobody:
        return await nobody.post("/auth/links/open", json={"token": token})


async def test_an_invitation_lets_somebody_in_who_has_no_password(
    site: Site, ada: httpx.AsyncClient
) -> None:
    bob = await person(site, "Bob", password_hash=None)
    link = (await ada.post(f"/users/{bob.id}/link")).json()["link"]
    assert link["url"].startswith(f"{site.url}/app/welcome#token=lumen_link_")
    assert (link["purpose"], link["emailed"]) == ("invitation", False)
    token = link["url"].partition("#token=")[2]
    shown = (await opened(site, token)).json()
    assert shown == {"purpose": "invitation", "name": "Bob", "email": "bob@example.com"}
    answer = await accept(site, token)
    assert set(answer.json()) == {"user", "accessToken", "refreshToken"}
    async with site.client(answer.json()["accessToken"]) as signed_in:
        assert (await signed_in.get("/auth/me")).json()["user"]["email"] == "bob@example.com"
        assert (await signed_in.get("/auth/sessions")).json()["sessions"][0]["way"] == "link"
    assert not await refused(site, "Bob", NEW)


async def test_a_reset_ends_the_sessions_of_the_old_password(
    site: Site, ada: httpx.AsyncClient
) -> None:
    bob = await person(site, "Bob")
    async with await sign_in(site, "Bob") as old:
        token = await make(ada, bob)
        assert (await opened(site, token)).json()["purpose"] == "password_reset"
        assert (await accept(site, token)).status_code == 200
        assert (await old.get("/auth/me")).status_code == 401
    assert await refused(site, "Bob")


async def test_a_browser_gets_its_refresh_token_as_a_cookie_alone(
    site: Site, ada: httpx.AsyncClient
) -> None:
    token = await make(ada, await person(site, "Bob"))
    async with site.client() as browser:
        body = {"token": token, "password": NEW}
        answer = await browser.post("/auth/links/accept", json=body, headers=BROWSER)
        assert "refreshToken" not in answer.json()
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert answer.headers["cache-control"] == "no-store"


async def test_of_two_who_take_it_up_at_once_one_wins(site: Site, ada: httpx.AsyncClient) -> None:
    token = await make(ada, await person(site, "Bob"))
    news = [NEW, "ninety loud magpies", "eleven slow beetles"]
    answers = await asyncio.gather(*(accept(site, token, new) for new in news))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410]
    won = [answer.status_code for answer in answers].index(200)
    assert not await refused(site, "Bob", news[won])
    assert await refused(site, "Bob", news[won - 1])


async def test_a_weak_password_spends_no_link(site: Site, ada: httpx.AsyncClient) -> None:
    token = await make(ada, await person(site, "Bob"))
    for weak in ("password1234", "bob@example.com"):
        answer = await accept(site, token, weak)
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, ["password"])
    assert (await accept(site, token)).status_code == 200


async def test_all_links_that_open_nothing_look_alike(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    used = await make(ada, await person(site, "Bob"))
    await accept(site, used)
    eve = await person(site, "Eve")
    replaced = await make(ada, eve)
    inactive = await make(ada, eve)
    expired = await make(ada, await person(site, "Max"))
    async with database.transaction() as session:
        await session.exec(update(User).where(col(User.id) == eve.id).values(is_active=False))
        old = now() - timedelta(seconds=1)
        await session.exec(update(OneTimeLink).values(expires_at=old))
    seen = set[tuple[int, str, str]]()
    for token in (used, replaced, inactive, expired, "lumen_link_unknown", "x"):
        for answer in (await opened(site, token), await accept(site, token)):
            body = answer.json()
            seen.add((answer.status_code, body["error"], body["message"]))
    assert len(seen) == 1
    assert next(iter(seen))[:2] == (410, "link_spent")


async def test_the_link_of_somebody_inactive_opens_nothing(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    bob = await person(site, "Bob")
    token = await make(ada, bob)
    async with database.transaction() as session:
        await session.exec(update(User).where(col(User.id) == bob.id).values(is_active=False))
    assert (await opened(site, token)).status_code == 410
    assert (await accept(site, token)).status_code == 410
    assert (await ada.post(f"/users/{bob.id}/link")).status_code == 400


async def test_a_change_of_the_password_ends_the_link(site: Site, ada: httpx.AsyncClient) -> None:
    me = (await ada.get("/auth/me")).json()["user"]
    token = (await ada.post(f"/users/{me['id']}/link")).json()["link"]["url"].partition("=")[2]
    body = {"currentPassword": "correct horse battery", "newPassword": NEW}
    assert (await ada.post("/users/me/password", json=body)).status_code == 200
    assert (await opened(site, token)).status_code == 410


async def test_guessing_links_is_throttled_by_address(site: Site, ada: httpx.AsyncClient) -> None:
    token = await make(ada, await person(site, "Bob"))
    for _ in range(TRIES_PER_ADDRESS):
        assert (await opened(site, "lumen_link_guess")).status_code == 410
    late = await opened(site, token)
    assert (late.status_code, late.json()["error"]) == (429, "rate_limited")
    assert (await accept(site, token)).status_code == 429
    assert not await refused(site, "Bob")  # Signing in has counts of its own.


@pytest.mark.parametrize(
    ("asking", "target", "error"),
    [
        ("admin", "none", None),
        ("admin", "engineer", "forbidden_role"),
        ("admin", "admin", "forbidden_role"),
        ("engineer", "none", "forbidden"),
        ("none", "none", "forbidden"),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_who_may_make_links_for_whom(
    site: Site, asking: str, target: str, error: str | None
) -> None:
    await person(site, "Max", role=asking)
    bob = await person(site, "Bob", role=target)
    async with await sign_in(site, "Max") as client:
        answer = await client.post(f"/users/{bob.id}/link")
        assert answer.json().get("error") == error
        unknown = (await client.post(f"/users/{uuid7()}/link")).json()["error"]
        assert unknown == ("forbidden" if error == "forbidden" else "not_found")


async def test_nobody_but_the_superadmin_resets_the_superadmin(
    site: Site, ada: httpx.AsyncClient
) -> None:
    me = (await ada.get("/auth/me")).json()["user"]["id"]
    await person(site, "Max", role="admin")
    async with await sign_in(site, "Max") as admin:
        assert (await admin.post(f"/users/{me}/link")).json()["error"] == "forbidden_role"
    assert (await ada.post(f"/users/{me}/link")).status_code == 201


async def test_a_personal_token_makes_no_links(site: Site, ada: httpx.AsyncClient) -> None:
    bob = await person(site, "Bob")
    secret = (await ada.post("/tokens", json={"name": "script"})).json()["secret"]
    async with site.client(secret) as script:
        assert (await script.post(f"/users/{bob.id}/link")).status_code == 403


async def test_making_and_using_are_on_record_and_the_token_is_nowhere(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    bob = await person(site, "Bob")
    token = await make(ada, bob)
    async with database.session() as session:
        stored = (await session.exec(select(OneTimeLink))).one()
    assert token not in str(stored)
    assert stored.expires_at - stored.created_at <= timedelta(days=1)
    await accept(site, token)
    (made,), (used,) = await entries(database, "link.created"), await entries(database, "link.used")
    assert (made.actor_name, made.target_id) == ("ada@example.com", bob.id)
    assert (used.actor_id, used.after) == (
        bob.id,
        {"purpose": "password_reset", "sessionsEnded": 0},
    )
    assert token not in f"{made}{used}"


async def test_links_lead_where_people_reach_the_server(
    database: Database, models: Models, tmp_path
) -> None:
    public = "https://lumen.example.com/"
    async with (
        open_site(database, models, tmp_path, public_url=public) as site,
        await site.set_up() as ada,
    ):
        me = (await ada.get("/auth/me")).json()["user"]["id"]
        url = (await ada.post(f"/users/{me}/link")).json()["link"]["url"]
    assert url.startswith("https://lumen.example.com/app/welcome#token=")
