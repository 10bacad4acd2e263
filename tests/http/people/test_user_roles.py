"""Who may change whom, over HTTP; the whole table is in tests/unit/test_roles.py."""

from uuid import uuid4

from tests.fixtures.people import People, refusal
from tests.fixtures.site import PASSWORD

FORBIDDEN, ROLE = (403, "forbidden"), (403, "forbidden_role")


async def test_only_the_superadmin_moves_people_into_and_out_of_staff(people: People) -> None:
    root = (await people.make("Root", platformRole="admin")).client
    bob = await people.row("Bob")
    path = f"/users/{bob['id']}"
    for role in ("admin", "engineer", "superadmin"):
        assert refusal(await root.patch(path, json={"platformRole": role})) == ROLE
        body = {"name": "Eve", "email": "eve@example.com", "platformRole": role}
        assert refusal(await root.post("/users", json=body)) == ROLE
    for role in ("admin", "engineer", "none"):
        moved = await people.superadmin.patch(path, json={"platformRole": role})
        assert moved.json()["user"]["platformRole"] == role
    await people.superadmin.patch(path, json={"platformRole": "engineer"})
    assert refusal(await root.patch(path, json={"platformRole": "none"})) == ROLE
    assert (await root.get("/users", params={"search": "eve"})).json()["total"] == 0


async def test_nobody_makes_a_superadmin(people: People) -> None:
    bob = await people.row("Bob")
    body = {"name": "Eve", "email": "eve@example.com", "platformRole": "superadmin"}
    assert refusal(await people.superadmin.post("/users", json=body)) == ROLE
    path = f"/users/{bob['id']}"
    refused = await people.superadmin.patch(path, json={"platformRole": "superadmin"})
    assert refusal(refused) == ROLE


async def test_nobody_but_the_superadmin_touches_the_superadmin(people: People) -> None:
    root = (await people.make("Root", platformRole="admin")).client
    ada = (await people.superadmin.get("/users/me")).json()["user"]
    path = f"/users/{ada['id']}"
    for change in ({"name": "Eve"}, {"email": "eve@example.com"}, {"isActive": False}, {}):
        assert refusal(await root.patch(path, json=change)) == ROLE
    assert refusal(await root.delete(path)) == ROLE
    assert (await people.superadmin.get("/users/me")).json() == {"user": ada}
    changed = await people.superadmin.patch(path, json={"name": "Ada L.", "orgPosition": "ceo"})
    assert changed.json()["user"]["name"] == "Ada L."


async def test_an_admin_changes_staff_only_in_what_does_not_let_them_in(people: People) -> None:
    root = (await people.make("Root", platformRole="admin")).client
    other = await people.row("Other", platformRole="admin")
    path = f"/users/{other['id']}"
    assert (await root.patch(path, json={"name": "Another"})).status_code == 200
    unchanged = {"platformRole": "admin", "email": "OTHER@example.com", "isActive": True}
    assert (await root.patch(path, json=unchanged)).status_code == 200
    for change in ({"email": "eve@example.com"}, {"isActive": False}, {"platformRole": "none"}):
        assert refusal(await root.patch(path, json=change)) == ROLE
    assert refusal(await root.delete(path)) == ROLE
    assert (await people.superadmin.delete(path)).json() == {"success": True, "id": other["id"]}


async def test_nobody_deactivates_deletes_or_demotes_themselves(people: People) -> None:
    root = await people.make("Root", platformRole="admin")
    ada = (await people.superadmin.get("/users/me")).json()["user"]["id"]
    for client, path in ((people.superadmin, f"/users/{ada}"), (root.client, f"/users/{root.id}")):
        assert refusal(await client.patch(path, json={"isActive": False})) == FORBIDDEN
        assert refusal(await client.patch(path, json={"platformRole": "none"})) == ROLE
        assert refusal(await client.delete(path)) == FORBIDDEN
        assert (await client.get("/users/me")).status_code == 200


async def test_members_and_engineers_reach_nobody_but_themselves(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.make("Bob", departmentId=legal)
    engineer = await people.make("Emil", departmentId=legal, platformRole="engineer")
    ceo = await people.make("Cleo", departmentId=legal, orgPosition="ceo")
    group = await people.group("Counsel", legal, bob.id)
    person = {"name": "Eve", "email": "eve@example.com"}
    for client in (bob.client, engineer.client, ceo.client):
        calls = [client.get(path) for path in ("/users", "/departments", "/groups")]
        for path in (f"/users/{bob.id}", f"/departments/{legal}", f"/groups/{group}"):
            calls += [
                client.get(path),
                client.patch(path, json={"name": "Mine"}),
                client.delete(path),
            ]
        calls += [
            client.get(f"/groups/{group}/members"),
            client.post(f"/groups/{group}/members", json={"userIds": [bob.id]}),
            client.delete(f"/groups/{group}/members/{bob.id}"),
            client.post("/users", json=person),
            client.post("/departments", json={"name": "Mine"}),
            client.post("/groups", json={"name": "Mine", "departmentId": legal}),
            client.get(f"/users/{uuid4()}"),
            client.delete(f"/departments/{uuid4()}"),
            client.patch(f"/groups/{uuid4()}", json={"name": "Mine"}),
        ]
        for call in calls:
            answer = await call
            assert refusal(answer) == FORBIDDEN, answer.request.url
        assert (await client.get("/users/me")).status_code == 200


async def test_everybody_changes_their_own_name_and_nothing_else(people: People) -> None:
    bob = await people.make("Bob")
    change = {
        "name": " Robert ", "platformRole": "admin", "email": "x@example.com", "orgPosition": "ceo",
    }  # fmt: skip
    before = (await bob.client.get("/users/me")).json()["user"]
    after = (await bob.client.patch("/users/me", json=change)).json()["user"]
    assert after["name"] == "Robert"
    assert {**after, "name": "Bob", "updatedAt": ""} == {**before, "updatedAt": ""}
    same = await bob.client.patch("/users/me", json={})
    assert same.json()["user"] == after
    assert refusal(await bob.client.patch("/users/me", json={"name": " "}))[0] == 400
    (entry,) = await people.audited("user.changed")
    assert (entry.actor_name, entry.after) == (bob.email, {"name": "Robert"})


async def test_a_role_acts_on_the_next_request(people: People) -> None:
    bob = await people.make("Bob")
    path = f"/users/{bob.id}"
    assert refusal(await bob.client.get("/users")) == FORBIDDEN
    await people.superadmin.patch(path, json={"platformRole": "admin"})
    assert (await bob.client.get("/users")).json()["total"] == 2
    await people.superadmin.patch(path, json={"platformRole": "none"})
    assert refusal(await bob.client.get("/users")) == FORBIDDEN


async def test_deactivation_ends_the_sessions_and_they_stay_ended(people: People) -> None:
    bob = await people.make("Bob")
    path = f"/users/{bob.id}"
    gone = await people.superadmin.patch(path, json={"isActive": False})
    assert gone.json()["user"]["isActive"] is False
    assert refusal(await bob.client.get("/users/me")) == (401, "unauthenticated")
    body = {"email": bob.email, "password": PASSWORD}
    refused = await bob.client.post("/auth/login", json=body)
    assert refusal(refused) == (401, "invalid_credentials")
    await people.superadmin.patch(path, json={"isActive": True})
    assert refusal(await bob.client.get("/users/me")) == (401, "unauthenticated")
    assert (await (await people.sign_in(bob.email)).get("/users/me")).status_code == 200
