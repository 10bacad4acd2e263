"""Changing one's own password over HTTP."""

import asyncio

import httpx
import pytest

from app.accounts.throttling import TRIES_PER_ACCOUNT
from app.db.engine import Database
from tests.fixtures.site import PASSWORD, Site
from tests.http.signing import entries, person, refused, sign_in

PATH = "/users/me/password"
NEW = "seventeen quiet herons"


async def test_the_new_password_signs_in_and_the_old_one_no_more(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    async with await sign_in(site, "Ada") as other:
        answer = await ada.post(PATH, json={"currentPassword": PASSWORD, "newPassword": NEW})
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        assert (await ada.get("/auth/me")).status_code == 200
        assert (await other.get("/auth/me")).status_code == 401
    assert await refused(site, "Ada")
    assert not await refused(site, "Ada", NEW)
    (entry,) = await entries(database, "password.changed")
    assert entry.after == {"sessionsEnded": 1}
    assert NEW not in str(entry)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not my password", NEW, "currentPassword"),
        (PASSWORD, PASSWORD, "newPassword"),
        (PASSWORD, "password1234", "newPassword"),
        (PASSWORD, "ada@example.com", "newPassword"),
    ],
)
async def test_a_refusal_names_the_field_and_changes_nothing(
    site: Site, ada: httpx.AsyncClient, current: str, new: str, field: str
) -> None:
    answer = await ada.post(PATH, json={"currentPassword": current, "newPassword": new})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["issues"][0]["path"] == [field]
    assert not await refused(site, "Ada")


async def test_guessing_the_current_password_is_throttled_like_signing_in(
    ada: httpx.AsyncClient, database: Database
) -> None:
    for _ in range(TRIES_PER_ACCOUNT):
        wrong = await ada.post(PATH, json={"currentPassword": "wrong", "newPassword": NEW})
        assert wrong.status_code == 400
    answer = await ada.post(PATH, json={"currentPassword": PASSWORD, "newPassword": NEW})
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 0
    assert len(await entries(database, "password.refused")) == TRIES_PER_ACCOUNT


async def test_of_two_changes_at_once_one_is_told_that_it_lost(
    site: Site, ada: httpx.AsyncClient
) -> None:
    news = [NEW, "ninety loud magpies"]
    answers = await asyncio.gather(
        *(ada.post(PATH, json={"currentPassword": PASSWORD, "newPassword": new}) for new in news)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    won = next(new for new, answer in zip(news, answers, strict=True) if answer.status_code == 200)
    assert not await refused(site, "Ada", won)


@pytest.mark.usefixtures("ada")
async def test_who_has_no_password_is_told_how_to_get_one(site: Site, database: Database) -> None:
    bob = await person(site, "Bob")
    async with await sign_in(site, "Bob") as client:
        bob.password_hash = None
        async with database.transaction() as session:
            await session.merge(bob)
        answer = await client.post(PATH, json={"currentPassword": "", "newPassword": NEW})
    assert answer.status_code == 400
    assert "link" in answer.json()["message"]


async def test_a_personal_token_changes_no_password(site: Site, ada: httpx.AsyncClient) -> None:
    secret = (await ada.post("/tokens", json={"name": "script"})).json()["secret"]
    async with site.client(secret) as script:
        body = {"currentPassword": PASSWORD, "newPassword": NEW}
        assert (await script.post(PATH, json=body)).status_code == 403
