"""Projects over HTTP (wire contract, section 3): the owner's access, and nobody else's."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from app.accounts.tables import User
from tests.fixtures.site import PASSWORD, Site


@pytest.fixture
async def bob(site: Site, ada: httpx.AsyncClient) -> AsyncGenerator[httpx.AsyncClient]:
    """A person without any role."""
    del ada
    user = User(
        email="bob@example.com",
        name="Bob",
        password_hash=await site.services.passwords.hash(PASSWORD),
    )
    async with site.services.database.transaction() as session:
        session.add(user)
    async with site.client() as client:
        answer = await client.post(
            "/auth/login", json={"email": "bob@example.com", "password": PASSWORD}
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"
        yield client


async def make(client: httpx.AsyncClient, **fields: object) -> dict[str, object]:
    answer = await client.post("/projects", json={"name": "Filings", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["project"]


async def test_a_project_has_the_fields_of_the_contract(ada: httpx.AsyncClient) -> None:
    made = await make(ada, description="Quarterly reports")
    listed = (await ada.get("/projects")).json()["projects"]
    assert set(listed[0]) == {
        "id", "name", "description", "color", "isPrivate", "ownerId", "createdAt", "updatedAt",
        "_count", "accessTier", "accessSource",
    }  # fmt: skip
    assert listed[0]["_count"] == {"documents": 0, "conversations": 0}
    whole = (await ada.get(f"/projects/{made['id']}")).json()["project"]
    assert whole["_count"]["chunks"] == 0
    assert (whole["settings"], whole["instructions"]) == ({}, "")


async def test_fields_change_one_by_one_and_settings_are_merged(ada: httpx.AsyncClient) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    await ada.patch(path, json={"settings": {"temperature": 0.2}})
    changed = await ada.patch(path, json={"name": "Reports", "settings": {"topK": 5}})
    project = changed.json()["project"]
    assert project["name"] == "Reports"
    assert project["settings"] == {"temperature": 0.2, "topK": 5}


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"color": "red"},
        {"settings": {"temperature": 9}},
        {"ownerId": "01a1f965-2446-73e7-92c6-a2af8a397e40"},
    ],
)
async def test_a_change_that_does_not_fit_is_400_and_changes_nothing(
    ada: httpx.AsyncClient, body: dict[str, object]
) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    before = (await ada.get(path)).json()
    refused = await ada.patch(path, json=body)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert (await ada.get(path)).json() == before


async def test_a_private_project_is_closed_to_others_and_a_public_one_readable(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    private, public = await make(ada), await make(ada, isPrivate=False)
    assert [p["id"] for p in (await bob.get("/projects")).json()["projects"]] == [public["id"]]
    refused = await bob.get(f"/projects/{private['id']}")
    assert (refused.status_code, refused.json()["error"]) == (403, "project_access_denied")
    seen = (await bob.get(f"/projects/{public['id']}")).json()["project"]
    assert (seen["accessTier"], seen["accessSource"]) == ("use", "public")
    for call in (
        bob.patch(f"/projects/{public['id']}", json={"name": "Mine"}),
        bob.delete(f"/projects/{public['id']}"),
    ):
        assert (await call).status_code == 403


async def test_only_admins_make_projects_unless_the_server_says_otherwise(
    bob: httpx.AsyncClient,
) -> None:
    refused = await bob.post("/projects", json={"name": "Mine"})
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")


async def test_a_deleted_project_is_gone(ada: httpx.AsyncClient) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    assert (await ada.delete(path)).json() == {"success": True}
    assert (await ada.get(path)).status_code == 404


async def test_nobody_gets_nothing(site: Site) -> None:
    async with site.client() as nobody:
        for path in ("/projects", "/projects/01a1f965-2446-73e7-92c6-a2af8a397e40"):
            refused = await nobody.get(path)
            assert (refused.status_code, refused.json()["error"]) == (401, "unauthenticated")


async def test_web_settings_are_kept_in_plain_spelling_and_null_takes_them_back(
    ada: httpx.AsyncClient,
) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    given = {
        "includeDomains": ["WWW.Example.com", "bücher.example", "example.com."],
        "excludeDomains": ["ads.example"],
        "maxResults": 9,
        "withDocuments": True,
    }

    changed = await ada.patch(path, json={"settings": {"web": given, "topK": 5}})

    kept = changed.json()["project"]["settings"]
    assert kept["web"] == {
        **given,
        "includeDomains": ["example.com", "xn--bcher-kva.example"],
    }
    again = await ada.patch(path, json={"settings": {"web": None}})
    assert again.json()["project"]["settings"] == {"topK": 5}


async def test_a_domain_that_is_no_host_name_is_refused_and_named(ada: httpx.AsyncClient) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    web = {"excludeDomains": ["fine.example", "https://example.com"]}

    answer = await ada.patch(path, json={"settings": {"web": web}})

    assert answer.status_code == 400
    assert answer.json()["issues"][0]["path"] == ["settings", "web", "excludeDomains", "1"]


async def test_web_settings_out_of_bounds_are_refused(ada: httpx.AsyncClient) -> None:
    path = f"/projects/{(await make(ada))['id']}"
    for web in ({"includeDomains": ["a.example"] * 51}, {"maxResults": 0}, {"maxResults": 21}):
        answer = await ada.patch(path, json={"settings": {"web": web}})
        assert answer.status_code == 400, web
