"""People are found by name, address, role, position, department and state."""

from tests.fixtures.people import People, refusal


async def found(people: People, **params: str | int | bool) -> list[str]:
    answer = await people.superadmin.get("/users", params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    if not {"limit", "offset"} & params.keys():
        assert body["total"] == len(body["users"])
    return [user["name"] for user in body["users"]]


async def test_names_and_addresses_are_searched_as_they_stand(people: People) -> None:
    await people.row("bob")
    await people.row("Carol", email="c_rol@example.org")
    await people.row("100%", email="hundred@example.com")
    await people.row("Back\\slash", email="back@example.com")
    assert await found(people) == ["100%", "Ada", "Back\\slash", "bob", "Carol"]
    assert await found(people, search="BO") == ["bob"]
    assert await found(people, search="EXAMPLE.ORG") == ["Carol"]
    assert await found(people, search="%") == ["100%"]
    assert await found(people, search="c_r") == ["Carol"]
    assert await found(people, search="_") == ["Carol"]
    assert await found(people, search="k\\s") == ["Back\\slash"]
    assert await found(people, search="'; DROP TABLE user_account; --") == []


async def test_filters_narrow_together(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.row("Bob", departmentId=legal, orgPosition="manager")
    await people.row("Carol", departmentId=legal, platformRole="engineer")
    await people.superadmin.patch(f"/users/{bob['id']}", json={"isActive": False})
    assert await found(people, departmentId=legal) == ["Bob", "Carol"]
    assert await found(people, departmentId=legal, orgPosition="manager") == ["Bob"]
    assert await found(people, platformRole="engineer") == ["Carol"]
    assert await found(people, platformRole="superadmin") == ["Ada"]
    assert await found(people, isActive=False) == ["Bob"]
    assert await found(people, isActive=True) == ["Ada", "Carol"]
    assert await found(people, isActive=True, departmentId=legal, search="bob") == []


async def test_pages_follow_each_other_and_the_total_counts_them_all(people: People) -> None:
    for name in ("Bob", "Carol", "Dan"):
        await people.row(name)
    pages = [await found(people, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert pages == [["Ada", "Bob"], ["Carol", "Dan"], []]
    last = await people.superadmin.get("/users", params={"limit": 1, "offset": 3, "search": "a"})
    assert last.json()["total"] == 4


async def test_a_question_that_does_not_fit_is_400(people: People) -> None:
    for query in (
        "limit=0", "limit=201", "limit=x", "offset=-1", "offset=99999999999999999999",
        "platformRole=emperor", "orgPosition=janitor", "departmentId=legal", "isActive=perhaps",
    ):  # fmt: skip
        refused = await people.superadmin.get(f"/users?{query}")
        assert refusal(refused) == (400, "invalid_request"), query
