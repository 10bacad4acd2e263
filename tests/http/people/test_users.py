"""People over HTTP (wire contract, section 2): made, found, read, changed, deleted."""

import asyncio
from uuid import uuid4

import httpx

from tests.fixtures.people import People, refusal
from tests.fixtures.site import PASSWORD

FIELDS = {
    "id", "email", "name", "platformRole", "orgPosition", "departmentId", "department", "isActive",
    "hasPassword", "signsInElsewhere", "isInvited", "lastSeenAt", "createdAt", "updatedAt",
}  # fmt: skip


async def test_a_person_with_a_password_signs_in_with_it(people: People) -> None:
    legal = await people.department("Legal")
    body = {
        "name": "  Bob ",
        "email": "Bob@Example.com",
        "password": PASSWORD,
        "orgPosition": "manager",
        "departmentId": legal,
    }
    answer = await people.superadmin.post("/users", json=body)
    assert answer.status_code == 201
    assert answer.json().keys() == {"user"}
    user = answer.json()["user"]
    assert user.keys() == FIELDS
    assert (user["name"], user["email"], user["platformRole"]) == ("Bob", "bob@example.com", "none")
    assert user["department"] == {"id": legal, "name": "Legal"}
    assert (user["departmentId"], user["orgPosition"]) == (legal, "manager")
    assert (user["hasPassword"], user["isInvited"], user["lastSeenAt"]) == (True, False, None)
    bob = await people.sign_in("bob@example.com")
    me = (await bob.get("/auth/me")).json()["user"]
    assert me["lastSeenAt"] is not None
    assert {**me, "lastSeenAt": None} == user
    assert (await bob.get("/users/me")).json() == {"user": me}


async def test_sign_in_shows_the_person_as_every_other_call_does(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.make("Bob", departmentId=legal)
    body = {"email": bob.email, "password": PASSWORD}
    shown = (await bob.client.post("/auth/login", json=body)).json()
    assert shown["user"] == (await people.superadmin.get(f"/users/{bob.id}")).json()["user"]
    renewed = await bob.client.post("/auth/refresh", json={"refreshToken": shown["refreshToken"]})
    assert renewed.json()["user"]["department"] == {"id": legal, "name": "Legal"}


async def test_without_a_password_an_invitation_is_made_and_its_token_is_kept_nowhere(
    people: People,
) -> None:
    body = {"name": "Bob", "email": "bob@example.com"}
    answer = (await people.superadmin.post("/users", json=body)).json()
    assert (answer["user"]["hasPassword"], answer["user"]["isInvited"]) == (False, True)
    assert answer["invitation"].keys() == {"url", "purpose", "expiresAt", "emailed"}
    place, _, token = answer["invitation"]["url"].partition("#token=")
    assert place == f"{people.site.url}/app/welcome"
    assert token.startswith("lumen_link_")
    logged = await people.audited("link.created")
    assert [entry.target_name for entry in logged] == ["bob@example.com"]
    assert token not in str([entry.model_dump() for entry in logged])


async def test_an_invited_person_cannot_sign_in_yet(people: People) -> None:
    await people.row("Bob")
    async with people.site.client() as nobody:
        body = {"email": "bob@example.com", "password": PASSWORD}
        refused = await nobody.post("/auth/login", json=body)
    assert refusal(refused) == (401, "invalid_credentials")


async def test_a_person_who_does_not_fit_is_400(ada: httpx.AsyncClient) -> None:
    for field, value in (
        ("name", " "),
        ("name", "n" * 201),
        ("email", "nobody"),
        ("password", "short"),
        ("platformRole", "emperor"),
        ("orgPosition", "janitor"),
        ("departmentId", "Legal"),
    ):
        body = {"name": "Bob", "email": "bob@example.com", "password": PASSWORD, field: value}
        assert refusal(await ada.post("/users", json=body)) == (400, "invalid_request"), field
    assert (await ada.get("/users")).json()["total"] == 1


async def test_an_address_is_taken_in_any_case_of_letters(people: People) -> None:
    await people.row("Bob")
    other = await people.row("Carol")
    body = {"name": "Bob", "email": "BOB@example.com"}
    assert refusal(await people.superadmin.post("/users", json=body)) == (409, "email_exists")
    path = f"/users/{other['id']}"
    refused = await people.superadmin.patch(path, json={"email": "Bob@Example.com"})
    assert refusal(refused) == (409, "email_exists")


async def test_of_two_people_with_one_address_made_at_once_one_is_refused(people: People) -> None:
    body = {"name": "Bob", "email": "bob@example.com"}
    answers = await asyncio.gather(*(people.superadmin.post("/users", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {refusal(answer)[1] for answer in answers if answer.is_error} == {"email_exists"}
    assert (await people.superadmin.get("/users")).json()["total"] == 2


async def test_there_is_one_chief_executive_whoever_races(people: People) -> None:
    rows = [await people.row(name) for name in ("Bob", "Carol")]
    answers = await asyncio.gather(
        *(
            people.superadmin.patch(f"/users/{row['id']}", json={"orgPosition": "ceo"})
            for row in rows
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    body = {"name": "Dan", "email": "dan@example.com", "orgPosition": "ceo"}
    refused = [await people.superadmin.post("/users", json=body)]
    refused += [answer for answer in answers if answer.is_error]
    assert {refusal(answer) for answer in refused} == {(409, "ceo_exists")}
    found = await people.superadmin.get("/users", params={"orgPosition": "ceo"})
    assert found.json()["total"] == 1


async def test_a_department_that_is_not_there_is_404_and_nothing_is_made(people: People) -> None:
    body = {"name": "Bob", "email": "bob@example.com", "departmentId": str(uuid4())}
    refused = await people.superadmin.post("/users", json=body)
    assert refusal(refused) == (404, "target_not_found")
    bob = await people.row("Bob")
    refused = await people.superadmin.patch(
        f"/users/{bob['id']}", json={"name": "Robert", "departmentId": str(uuid4())}
    )
    assert refusal(refused) == (404, "target_not_found")
    assert (await people.superadmin.get(f"/users/{bob['id']}")).json() == {"user": bob}


async def test_fields_change_one_by_one_and_null_ends_the_department(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.row("Bob", departmentId=legal)
    path = f"/users/{bob['id']}"
    renamed = (await people.superadmin.patch(path, json={"name": "Robert"})).json()["user"]
    assert {**renamed, "name": "Bob", "updatedAt": ""} == {**bob, "updatedAt": ""}
    assert renamed["updatedAt"] > bob["updatedAt"]
    left = await people.superadmin.patch(path, json={"departmentId": None, "orgPosition": "ceo"})
    user = left.json()["user"]
    assert (user["departmentId"], user["department"], user["orgPosition"]) == (None, None, "ceo")
    moved = await people.superadmin.patch(path, json={"email": "Robert@Example.com"})
    assert moved.json()["user"]["email"] == "robert@example.com"


async def test_a_change_is_audited_with_what_it_changes_and_none_is_not(people: People) -> None:
    bob = await people.row("Bob")
    path = f"/users/{bob['id']}"
    await people.superadmin.patch(path, json={"orgPosition": "manager", "name": "Bob"})
    same = await people.superadmin.patch(path, json={"orgPosition": "manager", "isActive": True})
    (entry,) = await people.audited("user.changed")
    assert (entry.actor_name, entry.target_name) == ("ada@example.com", "bob@example.com")
    assert (entry.before, entry.after) == ({"orgPosition": "member"}, {"orgPosition": "manager"})
    assert same.json()["user"]["orgPosition"] == "manager"
    (made,) = await people.audited("user.created")
    assert made.before is None
    assert made.after == {
        "name": "Bob", "email": "bob@example.com", "platformRole": "none", "orgPosition": "member",
        "departmentId": None, "isActive": True,
    }  # fmt: skip


async def test_who_is_not_there_is_404(ada: httpx.AsyncClient) -> None:
    path = f"/users/{uuid4()}"
    calls = (ada.get(path), ada.patch(path, json={"name": "Bob"}), ada.delete(path))
    for call in calls:
        assert refusal(await call) == (404, "not_found")


async def test_nobody_gets_nothing(people: People) -> None:
    paths = ["/users", "/users/me", f"/users/{uuid4()}", "/departments", "/groups"]
    async with people.site.client() as nobody:
        for path in [*paths, f"/groups/{uuid4()}/members"]:
            assert refusal(await nobody.get(path)) == (401, "unauthenticated")
