"""What Postgres can't keep is refused at the door, in every field and query."""

from uuid import uuid4

import httpx

from tests.fixtures.people import People, refusal
from tests.fixtures.site import PASSWORD

BAD = ("\\u0000", "\\ud800", "\\udc00 \\ud83d")


async def sent(client: httpx.AsyncClient, method: str, path: str, body: str) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return await client.request(method, path, content=body, headers=headers)


async def test_no_field_takes_nul_or_half_a_surrogate_pair(people: People) -> None:
    legal = await people.department("Legal")
    bob, group = await people.row("Bob"), await people.group("Counsel", legal)
    user = f'"name": "Eve", "email": "eve@example.com", "password": "{PASSWORD}"'
    fields = {
        ("POST", "/users"): (user, ("name", "email", "password")),
        ("PATCH", f"/users/{bob['id']}"): ("", ("name", "email")),
        ("PATCH", "/users/me"): ("", ("name",)),
        ("POST", "/departments"): ('"name": "Law"', ("name", "description")),
        ("PATCH", f"/departments/{legal}"): ("", ("name", "description")),
        ("POST", "/groups"): (
            f'"name": "G", "departmentId": "{legal}"',
            ("name", "description", "externalName"),
        ),
        ("PATCH", f"/groups/{group}"): ("", ("name", "description", "externalName")),
    }
    for (method, path), (good, texts) in fields.items():
        for text in texts:
            for bad in BAD:
                start = f"{good}, " if good else ""
                body = f'{{{start}"{text}": "abcdefgh{bad}@example.com"}}'
                answer = await sent(people.superadmin, method, path, body)
                assert refusal(answer) == (400, "invalid_request"), (path, text, bad)


async def test_no_query_takes_nul_or_half_a_surrogate_pair(people: People) -> None:
    for path in ("/users", "/groups"):
        for bad in ("%00", "a%00b"):
            answer = await people.superadmin.get(f"{path}?search={bad}")
            assert refusal(answer) == (400, "invalid_request"), (path, bad)
        for odd in ("%ED%A0%80", "%FF", "%F0%9F%98%80"):
            answer = await people.superadmin.get(f"{path}?search={odd}")
            assert answer.status_code in {200, 400}, (path, odd)


async def test_letters_of_every_script_are_kept(people: People) -> None:
    name = "Zoë Ångström-İpek 😀"
    made = await people.row(name, email="ZOË@exämple.com")
    assert (made["name"], made["email"]) == (name, "zoë@exämple.com")
    found = await people.superadmin.get("/users", params={"search": "ångström"})
    assert [user["name"] for user in found.json()["users"]] == [name]


async def test_an_address_whose_small_letters_are_in_doubt_is_no_defect(people: People) -> None:
    for letter in "İẞΣǅᲐꭰ\u2160":
        body = {"name": "Odd", "email": f"{letter}{uuid4()}@example.com"}
        answer = await people.superadmin.post("/users", json=body)
        assert answer.status_code in {201, 400}, (letter, answer.text)
