"""Integrations over HTTP: made, changed, given a new token, switched off, deleted, and told of."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from app.access.standing import Standing
from app.accounts.tables import User
from app.chat.tables import Conversation, Message
from app.integrations import store
from app.integrations.tables import Integration
from tests.fixtures.site import PASSWORD, Site

SHOP = {"name": "Shop", "kind": "widget"}


@pytest.fixture
async def url(ada: httpx.AsyncClient) -> str:
    project = (await ada.post("/projects", json={"name": "Lamps"})).json()["project"]["id"]
    return f"/projects/{project}/integrations"


async def make(client: httpx.AsyncClient, url: str, **fields: object) -> tuple[str, str]:
    """An integration's path and its token."""
    answer = await client.post(url, json={**SHOP, **fields})
    assert answer.status_code == 201, answer.text
    return f"{url}/{answer.json()['integration']['id']}", answer.json()["token"]


async def row_of(site: Site, token: str) -> Integration | None:
    async with site.services.database.session() as session:
        return await store.by_token(session, token)


async def test_one_that_is_made_has_a_token_and_sensible_limits(ada, url) -> None:
    answer = await ada.post(url, json={**SHOP, "name": "  The\n shop "})
    assert answer.status_code == 201
    body = answer.json()
    assert body["token"].startswith("lumen_int_")
    view = body["integration"]
    assert UUID(view.pop("id")).version == 7
    assert view.pop("createdAt") == view.pop("updatedAt")
    assert view == {
        "name": "The shop",
        "kind": "widget",
        "projectId": url.split("/")[2],
        "tokenLast4": body["token"][-4:],
        "allowedDomains": [],
        "rateLimitPerMinute": 60,
        "customerLimitPerMinute": 20,
        "dailyBudget": None,
        "isEnabled": True,
        "escalation": {"onRequest": True, "afterUnanswered": 2},
    }


async def test_the_token_stands_in_the_answers_that_make_it_and_nowhere_else(
    site: Site, ada, url
) -> None:
    path, token = await make(ada, url)
    second = (await ada.post(f"{path}/rotate")).json()["token"]
    said = [
        await ada.get(url),
        await ada.get(path),
        await ada.patch(path, json={"name": "Other"}),
        await ada.get("/audit-log"),
        await ada.delete(path),
    ]
    assert second != token
    for answer in said:
        assert answer.status_code == 200
        assert not any(secret in answer.text for secret in (token, second))
        assert "tokenHash" not in answer.text
    assert await row_of(site, second) is None


async def test_a_part_is_changed_and_the_rest_stays(ada, url) -> None:
    given = {"allowedDomains": ["Example.com"], "dailyBudget": 5}
    path, _ = await make(ada, url, **given)
    before = (await ada.get(path)).json()["integration"]
    change = {"escalation": {"afterUnanswered": 0}, "rateLimitPerMinute": 10_000}
    after = (await ada.patch(path, json=change)).json()["integration"]
    assert after.pop("updatedAt") > before.pop("updatedAt")
    assert after == {
        **before,
        "escalation": {"onRequest": True, "afterUnanswered": 0},
        "rateLimitPerMinute": 10_000,
    }
    cleared = {
        "dailyBudget": None,
        "allowedDomains": ["*.Bücher.example", "a.example", "A.example"],
    }
    view = (await ada.patch(path, json=cleared)).json()["integration"]
    assert view["dailyBudget"] is None
    assert view["allowedDomains"] == ["*.xn--bcher-kva.example", "a.example"]
    assert (await ada.get(path)).json()["integration"] == view


async def test_those_of_a_project_are_listed_oldest_first(ada, url) -> None:
    other = (await ada.post("/projects", json={"name": "Other"})).json()["project"]["id"]
    await make(ada, f"/projects/{other}/integrations", name="Elsewhere")
    for name in ("B", "A"):
        await make(ada, url, name=name)
    listed = (await ada.get(url)).json()["integrations"]
    assert [each["name"] for each in listed] == ["B", "A"]


WRONG = [
    ("name", ""),
    ("name", " \n\t"),
    ("name", "x" * 121),
    ("kind", "robot"),
    ("kind", None),
    ("allowedDomains", ["https://example.com"]),
    ("allowedDomains", ["example.com", "*"]),
    ("allowedDomains", ["a.example"] * 51),
    ("allowedDomains", "example.com"),
    ("rateLimitPerMinute", 0),
    ("rateLimitPerMinute", 10_001),
    ("rateLimitPerMinute", 1.5),
    ("customerLimitPerMinute", 0),
    ("customerLimitPerMinute", 10_001),
    ("dailyBudget", 0),
    ("dailyBudget", 1_000_001),
    ("isEnabled", "yes"),
    ("escalation", {"afterUnanswered": -1}),
    ("escalation", {"onRequest": None}),
]


async def test_what_it_cannot_be_is_refused_at_its_field(ada, url) -> None:
    path, _ = await make(ada, url)
    before = (await ada.get(path)).json()
    for field, value in WRONG:
        for answer in (
            await ada.post(url, json={**SHOP, field: value}),
            await ada.patch(path, json={field: value}),
        ):
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), field
            assert answer.json()["issues"][0]["path"][0] == field, value
    assert (await ada.get(path)).json() == before
    assert len((await ada.get(url)).json()["integrations"]) == 1


async def test_its_kind_stays(ada, url) -> None:
    path, _ = await make(ada, url)
    assert (await ada.patch(path, json={"kind": "widget"})).status_code == 200
    refused = await ada.patch(path, json={"kind": "api"})
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, ["kind"])


async def test_a_new_token_ends_the_one_before(site: Site, ada, url) -> None:
    path, first = await make(ada, url)
    answer = await ada.post(f"{path}/rotate")
    assert answer.status_code == 200
    second = answer.json()["token"]
    assert answer.json()["integration"]["tokenLast4"] == second[-4:]
    assert await row_of(site, first) is None
    found = await row_of(site, second)
    assert found is not None
    assert path.endswith(str(found.id))


@pytest.mark.parametrize("way", ["rotate", "disable", "delete", "project"])
async def test_what_stands_on_it_falls_at_once(site: Site, ada, url, way) -> None:
    path, token = await make(ada, url)
    row = await row_of(site, token)
    assert row is not None
    standing = Standing(None, row.project_id, integration=(row.id, row.generation))
    with site.services.watch.over(standing) as lost:
        await ada.patch(path, json={"name": "Renamed", "rateLimitPerMinute": 5})
        if way == "rotate":
            await ada.post(f"{path}/rotate")
        elif way == "disable":
            await ada.patch(path, json={"isEnabled": False})
        elif way == "delete":
            await ada.delete(path)
        else:
            await ada.delete(path.partition("/integrations")[0])
        async with asyncio.timeout(1):
            await lost.wait()


async def test_one_that_is_renamed_keeps_what_stands_on_it(site: Site, ada, url) -> None:
    path, token = await make(ada, url)
    row = await row_of(site, token)
    assert row is not None
    kept = Standing(None, row.project_id, integration=(row.id, row.generation))
    gone = Standing(None, row.project_id, integration=(row.id, row.generation - 1))
    with site.services.watch.over(kept) as lost, site.services.watch.over(gone) as known:
        await ada.patch(path, json={"name": "Renamed", "isEnabled": True})
        await ada.patch(path.partition("/integrations")[0], json={"isPrivate": False})
        async with asyncio.timeout(1):
            await known.wait()
        assert not lost.is_set()


async def test_the_log_tells_who_did_what_to_it(ada, url) -> None:
    path, token = await make(ada, url)
    await ada.patch(path, json={"isEnabled": False, "name": "Shop"})
    second = (await ada.post(f"{path}/rotate")).json()["token"]
    await ada.delete(path)
    log = (await ada.get("/audit-log", params={"action": "integration"})).json()["entries"]
    assert [(e["action"], e["actor"]["name"], e["target"]["name"]) for e in log] == [
        ("integration.deleted", "ada@example.com", "Shop"),
        ("integration.rotated", "ada@example.com", "Shop"),
        ("integration.changed", "ada@example.com", "Shop"),
        ("integration.created", "ada@example.com", "Shop"),
    ]
    assert log[2]["before"] == {"isEnabled": True}
    assert log[1]["after"] == {"tokenLast4": second[-4:]}
    assert token[-4:] == log[1]["before"]["tokenLast4"]


@pytest.mark.parametrize("tier", ["use", "edit"])
async def test_less_than_full_neither_sees_nor_changes_any(site: Site, ada, url, tier) -> None:
    path, _ = await make(ada, url)
    bob = User(
        name="Bob",
        email="bob@example.com",
        password_hash=await site.services.passwords.hash(PASSWORD),
    )
    async with site.services.database.transaction() as session:
        session.add(bob)
    given = {"targetType": "user", "targetId": str(bob.id), "tier": tier}
    await ada.post(f"{path.partition('/integrations')[0]}/grants", json=given)
    async with site.client() as nobody:
        body = {"email": bob.email, "password": PASSWORD}
        token = (await nobody.post("/auth/login", json=body)).json()["accessToken"]
    async with site.client(token) as bobs:
        answers = [
            await bobs.get(url),
            await bobs.post(url, json=SHOP),
            # Who may not, learns nothing of what would be wrong with it.
            await bobs.post(url, json={**SHOP, "allowedDomains": ["*"]}),
            await bobs.get(path),
            await bobs.patch(path, json={"isEnabled": False}),
            await bobs.post(f"{path}/rotate"),
            await bobs.delete(path),
        ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (403, "project_access_denied")
    assert (await ada.get(path)).json()["integration"]["isEnabled"] is True


async def test_one_of_another_project_is_not_found(ada, url) -> None:
    other = (await ada.post("/projects", json={"name": "Other"})).json()["project"]["id"]
    path, _ = await make(ada, f"/projects/{other}/integrations")
    for identity in (path.rpartition("/")[2], str(uuid4())):
        foreign = f"{url}/{identity}"
        for answer in (
            await ada.get(foreign),
            await ada.patch(foreign, json={"name": "Mine"}),
            await ada.post(f"{foreign}/rotate"),
            await ada.delete(foreign),
        ):
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (await ada.get(path)).json()["integration"]["name"] == "Shop"


async def answer_customer(site: Site, integration: Integration) -> None:
    """A whole answer to a customer, as a run writes it."""
    talk = Conversation(
        project_id=integration.project_id, integration_id=integration.id, customer_key=str(uuid4())
    )
    async with site.services.database.transaction() as session:
        session.add(talk)
        await session.flush()
        answer = Message(conversation_id=talk.id, role="assistant", status="streaming", model="a/x")
        session.add(answer)
        await session.flush()
        answer.status, answer.prompt_tokens, answer.completion_tokens = "complete", 10, 5
        session.add(answer)


async def counted(ada: httpx.AsyncClient, by: str) -> list[tuple[str, str, int]]:
    """What usage says: id, name, answers."""
    answer = await ada.get("/usage", params={"by": by})
    assert answer.status_code == 200, answer.text
    return [(each["id"], each["name"], each["answers"]) for each in answer.json()["usage"]]


async def test_what_customers_took_is_counted_and_outlives_what_they_asked(
    site: Site, ada, url
) -> None:
    rows: list[Integration] = []
    for name, answers in (("Shop", 2), ("Help", 1)):
        _, token = await make(ada, url, name=name)
        row = await row_of(site, token)
        assert row is not None
        rows.append(row)
        for _ in range(answers):
            await answer_customer(site, row)
    shop, help_desk = (str(row.id) for row in rows)
    project = str(rows[0].project_id)
    assert await counted(ada, "user") == [("integrations", "Integrations", 3)]
    assert await counted(ada, "integration") == [(shop, "Shop", 2), (help_desk, "Help", 1)]
    assert await counted(ada, "project") == [(project, "Lamps", 3)]
    assert await counted(ada, "model") == [("a/x", "a/x", 3)]
    await ada.delete(f"{url}/{shop}")
    assert await counted(ada, "integration") == [(shop, "", 2), (help_desk, "Help", 1)]
    await ada.delete(url.partition("/integrations")[0])
    assert await counted(ada, "project") == [(project, "", 3)]
    assert await counted(ada, "user") == [("integrations", "Integrations", 3)]
    table = await ada.get("/usage", params={"by": "integration", "format": "csv"})
    assert f"{shop},,2,20,10,30" in table.text


async def test_people_are_counted_apart_from_integrations(site: Site, ada, url) -> None:
    _, token = await make(ada, url)
    row = await row_of(site, token)
    assert row is not None
    await answer_customer(site, row)
    asked = await ada.post(f"/chat/projects/{row.project_id}", json={"message": "Who trims?"})
    assert asked.status_code == 200
    me = (await ada.get("/auth/me")).json()["user"]["id"]
    assert set(await counted(ada, "user")) == {
        (me, "Ada", 1),
        ("integrations", "Integrations", 1),
    }
    assert await counted(ada, "integration") == [(str(row.id), "Shop", 1)]
