"""Grants over HTTP: who is let in, by which rule, and what the log says of it."""

from uuid import UUID, uuid4

import httpx
import pytest

from app.accounts.tables import Department, Group, GroupMember, User
from tests.fixtures.site import PASSWORD, Site


@pytest.fixture
async def project(ada: httpx.AsyncClient) -> str:
    answer = await ada.post("/projects", json={"name": "Merger", "isPrivate": True})
    assert answer.status_code == 201, answer.text
    return answer.json()["project"]["id"]


class People:
    """Somebody with a client, and where they belong."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.hash: str | None = None
        self.sales = Department(name="Sales")
        self.team = Group(department_id=self.sales.id, name="Team")

    async def open(self) -> None:
        self.hash = await self.site.services.passwords.hash(PASSWORD)
        async with self.site.services.database.transaction() as session:
            session.add(self.sales)
            await session.flush()
            session.add(self.team)

    async def make(self, name: str, **fields: object) -> tuple[User, httpx.AsyncClient]:
        user = User(name=name, email=f"{name.lower()}@example.com", password_hash=self.hash)
        for field, value in fields.items():
            setattr(user, field, value)
        async with self.site.services.database.transaction() as session:
            session.add(user)
        async with self.site.client() as nobody:
            answer = await nobody.post(
                "/auth/login", json={"email": user.email, "password": PASSWORD}
            )
        return user, self.site.client(answer.json()["accessToken"])

    async def join(self, user: User) -> None:
        async with self.site.services.database.transaction() as session:
            session.add(GroupMember(group_id=self.team.id, user_id=user.id))


@pytest.fixture
async def people(site: Site, ada: httpx.AsyncClient) -> People:
    del ada
    made = People(site)
    await made.open()
    return made


async def give(client: httpx.AsyncClient, project: str, kind: str, to: UUID, tier: str):
    body = {"targetType": kind, "targetId": str(to), "tier": tier}
    return await client.post(f"/projects/{project}/grants", json=body)


async def test_a_grant_opens_the_project_and_its_removal_closes_it(ada, people, project) -> None:
    bob, bobs = await people.make("Bob")
    async with bobs:
        assert (await bobs.get(f"/projects/{project}")).status_code == 403
        made = await give(ada, project, "user", bob.id, "use")
        assert made.status_code == 201
        assert made.json()["action"] == "created"
        assert made.json()["grant"]["targetName"] == "Bob"
        seen = (await bobs.get(f"/projects/{project}")).json()["project"]
        assert (seen["accessTier"], seen["accessSource"]) == ("use", "direct")
        assert [p["id"] for p in (await bobs.get("/projects")).json()["projects"]] == [project]
        grant = made.json()["grant"]["id"]
        gone = await ada.delete(f"/projects/{project}/grants/{grant}")
        assert gone.json() == {"success": True, "id": grant}
        assert (await bobs.get(f"/projects/{project}")).status_code == 403
        assert (await bobs.get("/projects")).json()["projects"] == []


async def test_a_second_grant_to_the_same_target_changes_the_first(ada, people, project) -> None:
    bob, _ = await people.make("Bob")
    first = await give(ada, project, "user", bob.id, "use")
    second = await give(ada, project, "user", bob.id, "edit")
    assert (second.status_code, second.json()["action"]) == (200, "updated")
    assert second.json()["grant"]["id"] == first.json()["grant"]["id"]
    listed = (await ada.get(f"/projects/{project}/grants")).json()["grants"]
    assert [(g["targetType"], g["tier"]) for g in listed] == [("user", "edit")]


@pytest.mark.parametrize("kind", ["user", "group", "department"])
async def test_a_grant_to_nobody_is_refused(ada, project, kind) -> None:
    answer = await give(ada, project, kind, uuid4(), "use")
    assert (answer.status_code, answer.json()["error"]) == (404, "target_not_found")


async def test_only_full_gives_and_takes(ada, people, project) -> None:
    bob, bobs = await people.make("Bob")
    made = await give(ada, project, "user", bob.id, "edit")
    async with bobs:
        answer = await give(bobs, project, "user", bob.id, "full")
        assert (answer.status_code, answer.json()["error"]) == (403, "project_access_denied")
        url = f"/projects/{project}/grants/{made.json()['grant']['id']}"
        assert (await bobs.delete(url)).status_code == 403
        assert (await bobs.get(f"/projects/{project}/grant-targets")).status_code == 403
        assert (await bobs.get(f"/projects/{project}/people")).status_code == 403


async def test_a_grant_of_another_project_is_not_found(ada, people, project) -> None:
    bob, _ = await people.make("Bob")
    other = (await ada.post("/projects", json={"name": "Other"})).json()["project"]["id"]
    made = await give(ada, other, "user", bob.id, "edit")
    answer = await ada.delete(f"/projects/{project}/grants/{made.json()['grant']['id']}")
    assert answer.status_code == 404


async def test_access_names_every_rule_and_marks_the_one_that_counts(ada, people, project) -> None:
    bob, bobs = await people.make("Bob", department_id=people.sales.id)
    await people.join(bob)
    await give(ada, project, "group", people.team.id, "edit")
    await give(ada, project, "department", people.sales.id, "full")
    await ada.patch(f"/projects/{project}", json={"isPrivate": False})
    async with bobs:
        body = (await bobs.get(f"/projects/{project}/access")).json()
    assert body["access"] == {"tier": "edit", "source": "group"}
    assert [(r["source"], r["tier"], r["wins"]) for r in body["rules"]] == [
        ("group", "edit", True),
        ("department", "full", False),
        ("public", "use", False),
    ]
    assert body["rules"][0]["via"]["name"] == "Team"


async def test_full_sees_who_can_see_and_why(ada, people, project) -> None:
    bob, _ = await people.make("Bob")
    eve, _ = await people.make("Eve", department_id=people.sales.id)
    await people.make("Mallory")
    await people.make("Zoe", org_position="ceo")
    gone, _ = await people.make("Gone")
    await people.join(bob)
    await give(ada, project, "group", people.team.id, "edit")
    await give(ada, project, "department", people.sales.id, "use")
    await give(ada, project, "user", gone.id, "full")
    async with people.site.services.database.transaction() as session:
        gone.is_active = False
        session.add(gone)
    body = (await ada.get(f"/projects/{project}/people")).json()
    assert [(p["name"], p["tier"], p["source"], p["via"]) for p in body["people"]] == [
        ("Ada", "full", "platform", None),
        ("Bob", "edit", "group", "Team"),
        ("Eve", "use", "department", "Sales"),
        ("Zoe", "use", "ceo", None),
    ]
    assert body["total"] == 4
    found = (await ada.get(f"/projects/{project}/people", params={"search": "eve@"})).json()
    assert [p["id"] for p in found["people"]] == [str(eve.id)]


async def test_targets_are_found_by_name_and_address(ada, people, project) -> None:
    await people.make("Salome")
    url = f"/projects/{project}/grant-targets"
    found = (await ada.get(url, params={"search": "sal"})).json()["targets"]
    assert [(t["targetType"], t["name"], t["detail"]) for t in found] == [
        ("department", "Sales", ""),
        ("user", "Salome", "salome@example.com"),
    ]
    assert (await ada.get(url, params={"search": "100%_"})).json()["targets"] == []


async def test_an_admin_sees_what_a_person_was_given(ada, people, project) -> None:
    bob, bobs = await people.make("Bob", department_id=people.sales.id)
    await people.join(bob)
    for kind, to in (("user", bob.id), ("group", people.team.id), ("department", people.sales.id)):
        await give(ada, project, kind, to, "use")
    body = (await ada.get(f"/grants/by-user/{bob.id}")).json()
    assert body["direct"][0]["projectName"] == "Merger"
    assert body["viaGroup"][0]["groupName"] == "Team"
    assert body["viaDepartment"][0]["departmentName"] == "Sales"
    async with bobs:
        assert (await bobs.get(f"/grants/by-user/{bob.id}")).status_code == 403


async def test_the_log_tells_of_every_change_with_before_and_after(ada, people, project) -> None:
    bob, _ = await people.make("Bob")
    made = await give(ada, project, "user", bob.id, "use")
    await give(ada, project, "user", bob.id, "full")
    await ada.delete(f"/projects/{project}/grants/{made.json()['grant']['id']}")
    log = (await ada.get("/audit-log", params={"action": "grant"})).json()["entries"]
    told = [
        (e["action"], (e["before"] or {}).get("tier"), (e["after"] or {}).get("tier")) for e in log
    ]
    assert told == [
        ("grant.removed", "full", None),
        ("grant.changed", "use", "full"),
        ("grant.created", None, "use"),
    ]
    assert {e["actor"]["name"] for e in log} == {"ada@example.com"}
    assert {e["projectId"] for e in log} == {project}
    assert log[0]["before"]["targetName"] == "Bob"


async def test_staff_who_have_a_project_by_role_alone_stand_in_the_log_once_an_hour(
    ada, people, project
) -> None:
    _, admins = await people.make("Root", platform_role="admin")
    async with admins:
        for _ in range(3):
            assert (await admins.get(f"/projects/{project}")).status_code == 200
    assert (await ada.get(f"/projects/{project}")).status_code == 200
    log = (await ada.get("/audit-log", params={"action": "project.reached_by_role"})).json()
    assert [e["actor"]["name"] for e in log["entries"]] == ["root@example.com"]
    assert log["entries"][0]["projectId"] == project


@pytest.mark.parametrize("kind", ["user", "group", "department"])
async def test_what_a_deleted_target_was_given_stands_in_the_log(
    ada, people, project, kind
) -> None:
    bob, _ = await people.make("Bob")
    targets = {
        "user": ("users", bob.id),
        "group": ("groups", people.team.id),
        "department": ("departments", people.sales.id),
    }
    path, target = targets[kind]
    await give(ada, project, kind, target, "edit")
    assert (await ada.delete(f"/{path}/{target}")).status_code == 200
    log = (await ada.get("/audit-log", params={"action": "grant.removed"})).json()["entries"]
    assert [(e["before"]["targetType"], e["before"]["tier"]) for e in log] == [(kind, "edit")]


async def test_who_leaves_a_department_leaves_its_groups(ada, people, project) -> None:
    bob, bobs = await people.make("Bob", department_id=people.sales.id)
    await people.join(bob)
    await give(ada, project, "group", people.team.id, "use")
    async with bobs:
        assert (await bobs.get(f"/projects/{project}")).status_code == 200
        moved = await ada.patch(f"/users/{bob.id}", json={"departmentId": None})
        assert moved.status_code == 200, moved.text
        assert (await bobs.get(f"/projects/{project}")).status_code == 403
    log = (await ada.get("/audit-log", params={"action": "group.member_removed"})).json()
    assert [e["before"]["email"] for e in log["entries"]] == ["bob@example.com"]
