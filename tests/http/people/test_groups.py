"""Groups and their members over HTTP (wire contract, section 2)."""

import asyncio
from uuid import uuid4

from tests.fixtures.people import People, refusal


async def names(people: People, **params: str) -> list[str]:
    answer = (await people.superadmin.get("/groups", params=params)).json()
    assert answer["total"] == len(answer["groups"])
    return [group["name"] for group in answer["groups"]]


async def test_a_group_has_the_fields_of_the_contract(people: People) -> None:
    legal = await people.department("Legal")
    body = {"name": " Counsel ", "departmentId": legal, "externalName": "lumen-counsel"}
    answer = await people.superadmin.post("/groups", json=body)
    assert answer.status_code == 201
    made = answer.json()["group"]
    assert made.keys() == {
        "id", "name", "description", "departmentId", "department", "externalName", "_count",
        "createdAt", "updatedAt",
    }  # fmt: skip
    assert (made["name"], made["externalName"]) == ("Counsel", "lumen-counsel")
    assert (made["departmentId"], made["department"]) == (legal, {"id": legal, "name": "Legal"})
    assert made["_count"] == {"members": 0}
    assert (await people.superadmin.get(f"/groups/{made['id']}")).json() == answer.json()


async def test_groups_are_found_by_name_and_department(people: People) -> None:
    legal, sales = await people.department("Legal"), await people.department("Sales")
    await people.group("counsel", legal)
    await people.group("Board 100%", legal)
    await people.group("Counters", sales)
    assert await names(people) == ["Board 100%", "counsel", "Counters"]
    assert await names(people, departmentId=legal) == ["Board 100%", "counsel"]
    assert await names(people, search="COUN") == ["counsel", "Counters"]
    assert await names(people, search="%") == ["Board 100%"]
    assert await names(people, search="coun", departmentId=sales) == ["Counters"]
    assert await names(people, departmentId=str(uuid4())) == []


async def test_a_name_is_taken_within_a_department_and_an_external_one_everywhere(
    people: People,
) -> None:
    legal, sales = await people.department("Legal"), await people.department("Sales")
    counsel = await people.group("Counsel", legal)
    same = await people.group("Counsel", sales)
    client = people.superadmin
    taken = {"name": "COUNSEL", "departmentId": legal}
    assert refusal(await client.post("/groups", json=taken)) == (409, "name_exists")
    moved = await client.patch(f"/groups/{same}", json={"departmentId": legal})
    assert refusal(moved) == (409, "name_exists")
    external = {"externalName": "staff"}
    assert (await client.patch(f"/groups/{counsel}", json=external)).status_code == 200
    twice = await client.patch(f"/groups/{same}", json=external)
    assert refusal(twice) == (409, "name_exists")
    ended = await client.patch(f"/groups/{counsel}", json={"externalName": None})
    assert ended.json()["group"]["externalName"] is None


async def test_a_group_of_a_department_that_is_not_there_is_404(people: People) -> None:
    group = await people.group("Counsel", await people.department("Legal"))
    body = {"name": "Sellers", "departmentId": str(uuid4())}
    client = people.superadmin
    assert refusal(await client.post("/groups", json=body)) == (404, "target_not_found")
    assert refusal(await client.patch(f"/groups/{group}", json=body)) == (404, "target_not_found")
    assert await names(people) == ["Counsel"]


async def test_fields_change_one_by_one_and_changes_are_audited(people: People) -> None:
    legal, sales = await people.department("Legal"), await people.department("Sales")
    group = await people.group("Counsel", legal)
    path = f"/groups/{group}"
    await people.superadmin.patch(path, json={"description": "Lawyers"})
    moved = await people.superadmin.patch(path, json={"departmentId": sales, "name": "Counsel"})
    changed = moved.json()["group"]
    assert (changed["name"], changed["description"]) == ("Counsel", "Lawyers")
    assert changed["department"] == {"id": sales, "name": "Sales"}
    assert (await people.superadmin.patch(path, json={})).json() == {"group": changed}
    assert (await people.superadmin.delete(path)).json() == {"success": True, "id": group}
    (made,), (gone,) = await people.audited("group.created"), await people.audited("group.deleted")
    assert made.after == {
        "name": "Counsel", "description": "", "departmentId": legal, "externalName": None,
    }  # fmt: skip
    assert gone.before == {**made.after, "description": "Lawyers", "departmentId": sales}
    entries = await people.audited("group.changed")
    assert [entry.after for entry in entries] == [
        {"description": "Lawyers"},
        {"departmentId": sales},
    ]


async def test_members_come_and_go_and_the_log_names_each(people: People) -> None:
    legal = await people.department("Legal")
    bob, carol = await people.row("Bob", departmentId=legal), await people.row("Carol")
    path = f"/groups/{await people.group('Counsel', legal)}/members"
    ids = [carol["id"], bob["id"], bob["id"]]
    added = await people.superadmin.post(path, json={"userIds": ids})
    assert (added.status_code, added.json()) == (201, {"added": 2})
    again = await people.superadmin.post(path, json={"userIds": [bob["id"]]})
    assert (again.status_code, again.json()) == (201, {"added": 0})
    listed = (await people.superadmin.get(path)).json()
    assert listed == {
        "members": [{**bob, "source": "manual"}, {**carol, "source": "manual"}],
        "total": 2,
    }
    left = await people.superadmin.delete(f"{path}/{bob['id']}")
    assert left.json() == {"success": True, "id": bob["id"]}
    assert [each["name"] for each in (await people.superadmin.get(path)).json()["members"]] == [
        "Carol"
    ]
    came = await people.audited("group.member_added")
    assert sorted(str(entry.after and entry.after["email"]) for entry in came) == [
        "bob@example.com",
        "carol@example.com",
    ]
    (went,) = await people.audited("group.member_removed")
    assert (went.target_name, went.before) == (
        "Counsel",
        {"userId": bob["id"], "email": "bob@example.com"},
    )


async def test_people_who_are_not_there_are_404_and_nobody_is_added(people: People) -> None:
    bob = await people.row("Bob")
    path = f"/groups/{await people.group('Counsel', await people.department('Legal'))}/members"
    client = people.superadmin
    refused = await client.post(path, json={"userIds": [bob["id"], str(uuid4())]})
    assert refusal(refused) == (404, "target_not_found")
    assert (await client.get(path)).json() == {"members": [], "total": 0}
    for user_id in (bob["id"], uuid4()):
        assert refusal(await client.delete(f"{path}/{user_id}")) == (404, "not_found")
    for ids in ([], ["Bob"], [bob["id"]] * 201):
        refused = await client.post(path, json={"userIds": ids})
        assert refusal(refused) == (400, "invalid_request")


async def test_a_group_that_is_not_there_is_404(people: People) -> None:
    client, path = people.superadmin, f"/groups/{uuid4()}"
    bob = await people.row("Bob")
    calls = [
        client.get(path),
        client.patch(path, json={"name": "Mine"}),
        client.delete(path),
        client.get(f"{path}/members"),
        client.post(f"{path}/members", json={"userIds": [bob["id"]]}),
        client.delete(f"{path}/members/{bob['id']}"),
    ]
    for call in calls:
        assert refusal(await call) == (404, "not_found")


async def test_one_person_added_many_times_at_once_is_there_once(people: People) -> None:
    bob = await people.row("Bob")
    path = f"/groups/{await people.group('Counsel', await people.department('Legal'))}/members"
    body = {"userIds": [bob["id"]]}
    answers = await asyncio.gather(*(people.superadmin.post(path, json=body) for _ in range(4)))
    assert sorted(answer.json()["added"] for answer in answers) == [0, 0, 0, 1]
    assert len(await people.audited("group.member_added")) == 1
