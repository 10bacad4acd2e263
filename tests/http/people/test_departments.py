"""Departments over HTTP (wire contract, section 2)."""

import asyncio
from uuid import uuid4

from tests.fixtures.people import People, refusal


async def test_a_department_has_the_fields_of_the_contract(people: People) -> None:
    body = {"name": " Legal ", "description": "Contracts\nand filings"}
    answer = await people.superadmin.post("/departments", json=body)
    assert answer.status_code == 201
    made = answer.json()["department"]
    assert made.keys() == {"id", "name", "description", "_count", "createdAt", "updatedAt"}
    assert (made["name"], made["description"]) == ("Legal", "Contracts\nand filings")
    assert made["_count"] == {"users": 0, "groups": 0}
    assert (await people.superadmin.get(f"/departments/{made['id']}")).json() == answer.json()


async def test_departments_are_listed_by_name_with_what_they_hold(people: People) -> None:
    legal, _ = await people.department("legal"), await people.department("Board")
    await people.row("Bob", departmentId=legal)
    await people.row("Carol", departmentId=legal)
    await people.group("Counsel", legal)
    listed = (await people.superadmin.get("/departments")).json()
    assert listed["total"] == 2
    assert [(each["name"], each["_count"]) for each in listed["departments"]] == [
        ("Board", {"users": 0, "groups": 0}),
        ("legal", {"users": 2, "groups": 1}),
    ]


async def test_a_name_is_taken_in_any_case_of_letters(people: People) -> None:
    await people.department("Legal")
    sales = await people.department("Sales")
    refused = await people.superadmin.post("/departments", json={"name": "LEGAL"})
    assert refusal(refused) == (409, "name_exists")
    refused = await people.superadmin.patch(f"/departments/{sales}", json={"name": "legal"})
    assert refusal(refused) == (409, "name_exists")


async def test_fields_change_one_by_one_and_changes_are_audited(people: People) -> None:
    legal = await people.department("Legal")
    path = f"/departments/{legal}"
    await people.superadmin.patch(path, json={"description": "Contracts"})
    changed = (await people.superadmin.patch(path, json={"name": "Law"})).json()["department"]
    assert (changed["name"], changed["description"]) == ("Law", "Contracts")
    assert changed["updatedAt"] > changed["createdAt"]
    same = await people.superadmin.patch(path, json={"name": "Law"})
    assert same.json() == {"department": changed}
    entries = await people.audited("department.changed")
    assert [(entry.before, entry.after) for entry in entries] == [
        ({"description": ""}, {"description": "Contracts"}),
        ({"name": "Legal"}, {"name": "Law"}),
    ]


async def test_a_deleted_department_leaves_its_people_and_takes_its_groups(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.row("Bob", departmentId=legal)
    group = await people.group("Counsel", legal, bob["id"])
    gone = await people.superadmin.delete(f"/departments/{legal}")
    assert gone.json() == {"success": True, "id": legal}
    user = (await people.superadmin.get(f"/users/{bob['id']}")).json()["user"]
    assert (user["departmentId"], user["department"]) == (None, None)
    assert refusal(await people.superadmin.get(f"/groups/{group}")) == (404, "not_found")
    (entry,) = await people.audited("department.deleted")
    assert entry.before == {"name": "Legal", "description": "", "users": 1, "groups": 1}
    assert (entry.target_name, entry.after) == ("Legal", None)


async def test_people_and_groups_put_into_a_department_while_it_goes_are_no_defect(
    people: People,
) -> None:
    legal, client = await people.department("Legal"), people.superadmin
    rows = [await people.row(name, departmentId=legal) for name in ("Bob", "Carol", "Dan")]
    inside = {"departmentId": legal}
    answers = await asyncio.gather(
        *(client.patch(f"/users/{row['id']}", json={**inside, "name": "X"}) for row in rows),
        client.delete(f"/departments/{legal}"),
        *(client.post("/groups", json={"name": str(n), **inside}) for n in range(3)),
        *(client.post("/users", json={"name": "Y", "email": f"{n}@e.org", **inside}) for n in "ab"),
    )
    refused = {refusal(answer) for answer in answers if answer.is_error}
    assert refused <= {(404, "target_not_found")}
    assert (await client.get("/departments")).json()["total"] == 0
    assert {user["departmentId"] for user in (await client.get("/users")).json()["users"]} == {None}


async def test_a_department_that_is_not_there_is_404(people: People) -> None:
    client, path = people.superadmin, f"/departments/{uuid4()}"
    calls = (client.get(path), client.patch(path, json={"name": "Law"}), client.delete(path))
    for call in calls:
        assert refusal(await call) == (404, "not_found")


async def test_a_department_that_does_not_fit_is_400(people: People) -> None:
    for body in (
        {},
        {"name": "  "},
        {"name": "n" * 201},
        {"name": "Law", "description": "d" * 2001},
    ):
        refused = await people.superadmin.post("/departments", json=body)
        assert refusal(refused) == (400, "invalid_request")
