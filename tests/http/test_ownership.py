"""Handing a project over."""

from tests.http.test_grants import People, people, project

__all__ = ["people", "project"]


async def test_the_owner_hands_a_project_over_and_keeps_only_what_else_opens_it(
    ada, people: People, project
) -> None:
    bob, bobs = await people.make("Bob")
    eve, eves = await people.make("Eve")
    async with bobs, eves:
        await ada.patch(f"/projects/{project}", json={"ownerId": str(bob.id)})
        given = await bobs.patch(f"/projects/{project}", json={"ownerId": str(eve.id)})
        assert given.status_code == 200, given.text
        assert given.json()["project"]["ownerId"] == str(eve.id)
        assert (await bobs.get(f"/projects/{project}")).status_code == 403
        seen = (await eves.get(f"/projects/{project}")).json()["project"]
        assert (seen["accessTier"], seen["accessSource"]) == ("full", "owner")
