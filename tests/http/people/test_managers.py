"""A manager reads the own department, and runs its groups with its people."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures.people import People, Somebody, refusal

FORBIDDEN = (403, "forbidden")
GONE, UNKNOWN = (404, "not_found"), (404, "target_not_found")


@dataclass(frozen=True)
class House:
    """Two departments; Mia manages Legal."""

    legal: str
    sales: str
    mia: Somebody
    lea: dict[str, Any]
    sam: dict[str, Any]
    nobody: dict[str, Any]


@pytest.fixture
async def house(people: People) -> House:
    legal, sales = await people.department("Legal"), await people.department("Sales")
    return House(
        legal,
        sales,
        mia=await people.make("Mia", orgPosition="manager", departmentId=legal),
        lea=await people.row("Lea", departmentId=legal),
        sam=await people.row("Sam", departmentId=sales),
        nobody=await people.row("Nobody"),
    )


async def test_a_manager_sees_the_people_of_the_own_department_whatever_is_asked(
    house: House,
) -> None:
    client = house.mia.client
    for query in ({}, {"search": "a"}, {"departmentId": house.legal}, {"isActive": True}):
        found = (await client.get("/users", params=query)).json()
        assert [user["name"] for user in found["users"]] == ["Lea", "Mia"]
        assert found["total"] == 2
    for query in ({"departmentId": house.sales}, {"search": "sam"}, {"platformRole": "superadmin"}):
        found = (await client.get("/users", params=query)).json()
        assert found == {"users": [], "total": 0}
    assert (await client.get(f"/users/{house.lea['id']}")).json() == {"user": house.lea}
    for other in (house.sam, house.nobody):
        assert refusal(await client.get(f"/users/{other['id']}")) == GONE


async def test_a_manager_changes_no_people_and_no_departments(house: House) -> None:
    client = house.mia.client
    for user in (house.lea, house.sam):
        path = f"/users/{user['id']}"
        assert refusal(await client.patch(path, json={"name": "Mine"})) == FORBIDDEN
        assert refusal(await client.delete(path)) == FORBIDDEN
    body = {"name": "Eve", "email": "eve@example.com", "departmentId": house.legal}
    assert refusal(await client.post("/users", json=body)) == FORBIDDEN
    assert refusal(await client.post("/departments", json={"name": "Mine"})) == FORBIDDEN
    for path in (f"/departments/{house.legal}", f"/departments/{house.sales}"):
        assert refusal(await client.patch(path, json={"name": "Mine"})) == FORBIDDEN
        assert refusal(await client.delete(path)) == FORBIDDEN


async def test_a_manager_sees_one_department(house: House) -> None:
    listed = (await house.mia.client.get("/departments")).json()
    assert [each["id"] for each in listed["departments"]] == [house.legal]
    assert listed["total"] == 1
    own = await house.mia.client.get(f"/departments/{house.legal}")
    assert own.json()["department"]["_count"] == {"users": 2, "groups": 0}
    assert refusal(await house.mia.client.get(f"/departments/{house.sales}")) == GONE


async def test_a_manager_runs_the_groups_of_the_own_department(house: House) -> None:
    client = house.mia.client
    body = {"name": "Counsel", "departmentId": house.legal}
    made = await client.post("/groups", json=body)
    assert made.status_code == 201
    path = f"/groups/{made.json()['group']['id']}"
    changed = await client.patch(path, json={"name": "Lawyers", "externalName": None})
    assert changed.json()["group"]["name"] == "Lawyers"
    added = await client.post(f"{path}/members", json={"userIds": [house.lea["id"]]})
    assert added.json() == {"added": 1}
    listed = (await client.get(f"{path}/members")).json()
    assert [member["name"] for member in listed["members"]] == ["Lea"]
    assert (await client.delete(f"{path}/members/{house.lea['id']}")).status_code == 200
    assert (await client.delete(path)).status_code == 200


async def test_a_manager_sets_no_external_name(people: People, house: House) -> None:
    client = house.mia.client
    body = {"name": "Counsel", "departmentId": house.legal, "externalName": "admins"}
    assert refusal(await client.post("/groups", json=body)) == FORBIDDEN
    made = (await people.superadmin.post("/groups", json=body)).json()["group"]
    path = f"/groups/{made['id']}"
    for name in ("others", None):
        assert refusal(await client.patch(path, json={"externalName": name})) == FORBIDDEN
    same = await client.patch(path, json={"externalName": "admins", "name": "Lawyers"})
    assert same.json()["group"]["externalName"] == "admins"


async def test_groups_of_other_departments_are_not_there_for_a_manager(
    people: People, house: House
) -> None:
    client = house.mia.client
    group = await people.group("Sellers", house.sales, house.sam["id"], house.lea["id"])
    assert (await client.get("/groups")).json() == {"groups": [], "total": 0}
    elsewhere = await client.get("/groups", params={"departmentId": house.sales})
    assert elsewhere.json() == {"groups": [], "total": 0}
    path = f"/groups/{group}"
    for call in (
        client.get(path),
        client.patch(path, json={"departmentId": house.legal}),
        client.delete(path),
        client.get(f"{path}/members"),
        client.post(f"{path}/members", json={"userIds": [house.lea["id"]]}),
        client.delete(f"{path}/members/{house.lea['id']}"),
    ):
        assert refusal(await call) == GONE


async def test_a_manager_puts_no_group_into_another_department(
    people: People, house: House
) -> None:
    client = house.mia.client
    body = {"name": "Mine", "departmentId": house.sales}
    assert refusal(await client.post("/groups", json=body)) == UNKNOWN
    group = await people.group("Counsel", house.legal)
    moved = await client.patch(f"/groups/{group}", json={"departmentId": house.sales})
    assert refusal(moved) == UNKNOWN


async def test_people_of_other_departments_are_not_there_for_a_manager(
    people: People, house: House
) -> None:
    client = house.mia.client
    path = f"/groups/{await people.group('Counsel', house.legal, house.sam['id'])}"
    assert (await client.get(path)).json()["group"]["_count"] == {"members": 0}
    assert (await client.get(f"{path}/members")).json() == {"members": [], "total": 0}
    for other in (house.sam, house.nobody):
        body = {"userIds": [house.lea["id"], other["id"]]}
        assert refusal(await client.post(f"{path}/members", json=body)) == UNKNOWN
    assert refusal(await client.delete(f"{path}/members/{house.sam['id']}")) == GONE
    listed = (await people.superadmin.get(f"{path}/members")).json()
    assert [member["name"] for member in listed["members"]] == ["Sam"]


async def test_a_manager_without_a_department_sees_nothing(people: People, house: House) -> None:
    await people.group("Counsel", house.legal)
    stray = await people.make("Stray", orgPosition="manager")
    for path, found in (
        ("/users", "users"),
        ("/departments", "departments"),
        ("/groups", "groups"),
    ):
        assert (await stray.client.get(path)).json() == {found: [], "total": 0}
    for other in (house.nobody["id"], stray.id):
        assert refusal(await stray.client.get(f"/users/{other}")) == GONE
    body = {"name": "Mine", "departmentId": house.legal}
    assert refusal(await stray.client.post("/groups", json=body)) == UNKNOWN
