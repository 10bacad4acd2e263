"""Signed-in sessions over HTTP: listed, and ended by their owner or by who may."""

import httpx
import pytest
from uuid_utils.compat import uuid7

from app.db.engine import Database
from tests.fixtures.site import Site
from tests.http.signing import entries, person, sign_in


@pytest.mark.usefixtures("ada")
async def test_a_person_sees_their_own_sessions_and_which_one_asks(site: Site) -> None:
    await person(site, "Bob")
    async with await sign_in(site, "Bob"), await sign_in(site, "Ada") as other:
        found = (await other.get("/auth/sessions")).json()["sessions"]
        assert [(each["way"], each["current"]) for each in found] == [
            ("password", True),
            ("setup", False),
        ]
        assert found[0]["address"] == "127.0.0.1"
        assert found[0]["userAgent"].startswith("python-httpx")
        assert found[0]["expiresAt"] > found[0]["lastUsedAt"] >= found[0]["createdAt"]


async def test_an_ended_session_means_nothing_from_the_next_request_on(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    async with await sign_in(site, "Ada") as other:
        listed = (await other.get("/auth/sessions")).json()["sessions"]
        mine = next(each["id"] for each in listed if each["current"])
        answer = await ada.delete(f"/auth/sessions/{mine}")
        assert answer.json() == {"success": True, "id": mine}
        assert (await other.get("/auth/me")).status_code == 401
    assert (await ada.delete(f"/auth/sessions/{mine}")).status_code == 404
    (entry,) = await entries(database, "session.ended")
    assert (str(entry.target_id), entry.actor_name) == (mine, "ada@example.com")


async def test_nobody_ends_a_strangers_session(site: Site, ada: httpx.AsyncClient) -> None:
    await person(site, "Bob")
    hers = (await ada.get("/auth/sessions")).json()["sessions"][0]["id"]
    async with await sign_in(site, "Bob") as bob:
        assert (await bob.delete(f"/auth/sessions/{hers}")).status_code == 404
        assert (await bob.delete(f"/auth/sessions/{uuid7()}")).status_code == 404
    assert (await ada.get("/auth/me")).status_code == 200


async def test_ending_all_others_keeps_this_one_and_everybody_elses(
    site: Site, ada: httpx.AsyncClient
) -> None:
    await person(site, "Bob")
    async with (
        await sign_in(site, "Bob") as bob,
        await sign_in(site, "Ada") as second,
        await sign_in(site, "Ada") as third,
    ):
        answer = await ada.delete("/auth/sessions")
        assert answer.json() == {"success": True, "ended": 2}
        statuses = [(await each.get("/auth/me")).status_code for each in (ada, bob, second, third)]
        assert statuses == [200, 200, 401, 401]


async def test_a_personal_token_neither_lists_nor_ends_sessions(
    site: Site, ada: httpx.AsyncClient
) -> None:
    secret = (await ada.post("/tokens", json={"name": "script"})).json()["secret"]
    async with site.client(secret) as script:
        assert (await script.get("/auth/sessions")).status_code == 403
        assert (await script.delete("/auth/sessions")).status_code == 403
        assert (await script.delete(f"/auth/sessions/{uuid7()}")).status_code == 403


@pytest.mark.parametrize(
    ("asking", "target", "error"),
    [
        ("superadmin", "admin", None),
        ("admin", "none", None),
        ("admin", "admin", "forbidden_role"),
        ("admin", "engineer", "forbidden_role"),
        ("engineer", "none", "forbidden"),
        ("none", "none", "forbidden"),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_who_may_end_whose_sessions(
    site: Site, asking: str, target: str, error: str | None
) -> None:
    if asking != "superadmin":
        await person(site, "Max", role=asking)
    bob = await person(site, "Bob", role=target)
    async with (
        await sign_in(site, "Ada" if asking == "superadmin" else "Max") as client,
        await sign_in(site, "Bob") as theirs,
    ):
        answer = await client.delete(f"/users/{bob.id}/sessions")
        assert answer.json().get("error") == error
        assert (await theirs.get("/auth/me")).status_code == (200 if error else 401)


async def test_sessions_ended_for_another_are_on_record_and_unknown_people_are_404(
    site: Site, ada: httpx.AsyncClient, database: Database
) -> None:
    bob = await person(site, "Bob")
    async with await sign_in(site, "Bob"), await sign_in(site, "Bob"):
        answer = await ada.delete(f"/users/{bob.id}/sessions")
    assert answer.json() == {"success": True, "ended": 2}
    (entry,) = await entries(database, "sessions.ended")
    assert (entry.actor_name, entry.target_id) == ("ada@example.com", bob.id)
    assert entry.after == {"ended": 2}
    assert (await ada.delete(f"/users/{uuid7()}/sessions")).status_code == 404
