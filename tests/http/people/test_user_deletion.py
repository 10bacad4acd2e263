"""A person goes with what is theirs alone, and not while projects are theirs."""

from sqlmodel import col, func, select

from app.accounts.tables import GroupMember, OneTimeLink, User
from app.chat.tables import Conversation
from ingest.corpus.tables import Project
from tests.fixtures.people import People, refusal


async def test_who_owns_projects_stays_and_the_answer_names_twenty(people: People) -> None:
    bob = await people.row("Bob")
    async with people.site.services.database.transaction() as session:
        session.add_all(
            Project(name=f"Project {n:02}", color="#000000", owner_id=bob["id"]) for n in range(22)
        )
    refused = await people.superadmin.delete(f"/users/{bob['id']}")
    assert refusal(refused) == (409, "owns_projects")
    assert "22 projects" in refused.json()["message"]
    named = refused.json()["projects"]
    assert [project["name"] for project in named] == [f"Project {n:02}" for n in range(20)]
    assert all(project.keys() == {"id", "name"} for project in named)
    assert (await people.superadmin.get(f"/users/{bob['id']}")).status_code == 200


async def test_a_deleted_person_is_gone_with_what_was_theirs(people: People) -> None:
    legal = await people.department("Legal")
    bob = await people.make("Bob", departmentId=legal)
    await people.group("Counsel", legal, bob.id)
    ada = (await people.superadmin.get("/users/me")).json()["user"]["id"]
    async with people.site.services.database.transaction() as session:
        project = Project(name="Filings", color="#000000", owner_id=ada)
        session.add(project)
        await session.flush()
        session.add(Conversation(project_id=project.id, user_id=bob.id, title="Mine"))
    gone = await people.superadmin.delete(f"/users/{bob.id}")
    assert gone.json() == {"success": True, "id": bob.id}
    assert refusal(await bob.client.get("/users/me")) == (401, "unauthenticated")
    assert refusal(await people.superadmin.get(f"/users/{bob.id}")) == (404, "not_found")
    async with people.site.services.database.session() as session:
        for table in (GroupMember, Conversation):
            assert (await session.exec(select(func.count()).select_from(table))).one() == 0
        assert (await session.exec(select(func.count()).select_from(User))).one() == 1
    (entry,) = await people.audited("user.deleted")
    assert entry.before is not None
    assert (entry.before["email"], entry.after) == (bob.email, None)
    assert entry.target_name == bob.email


async def test_a_link_that_waits_ends_when_the_address_or_the_state_changes(people: People) -> None:
    for number, change in enumerate(({"email": "right@example.com"}, {"isActive": False})):
        row = await people.row(f"Bob{number}")
        path = f"/users/{row['id']}"
        renamed = await people.superadmin.patch(path, json={"name": "Robert"})
        assert renamed.json()["user"]["isInvited"] is True
        changed = await people.superadmin.patch(path, json=change)
        assert changed.json()["user"]["isInvited"] is False
    async with people.site.services.database.session() as session:
        assert (await session.exec(select(col(OneTimeLink.id)))).all() == []
