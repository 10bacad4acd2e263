"""Group claims of a real provider, mapped to groups."""

from sqlmodel import select

from app.accounts.tables import Department, Group, GroupMember
from app.db.engine import Database
from tests.fixtures.oidc_provider import Provider
from tests.http.sign_on.browser import Browser
from tests.http.signing import entries


async def make_groups(database: Database, **names: str | None) -> None:
    """Groups with their names at the issuer, in one department."""
    async with database.transaction() as session:
        department = Department(name="Office")
        session.add(department)
        await session.flush()
        for name, external in names.items():
            session.add(Group(department_id=department.id, name=name, external_name=external))


async def memberships(database: Database) -> dict[str, str]:
    """Group to source."""
    query = select(Group.name, GroupMember.source).join(GroupMember)
    async with database.session() as session:
        return dict((await session.exec(query)).all())


async def test_the_claim_gives_groups_and_takes_them_back(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    await make_groups(database, Law="law", Ops="ops", Tax="tax", Local=None)
    claims = {"email": "zoe@example.com", "email_verified": True}
    issuer.knows("s-zoe", **claims, groups=["law", "ops", "unknown", "Local"])
    await browser.sign_on("s-zoe")
    assert await memberships(database) == {"Law": "sign_in", "Ops": "sign_in"}
    issuer.knows("s-zoe", **claims, groups=["ops", "tax"])
    await browser.sign_on("s-zoe")
    assert await memberships(database) == {"Ops": "sign_in", "Tax": "sign_in"}
    added = [entry.target_name for entry in await entries(database, "group.member_added")]
    assert sorted(added) == ["Law", "Ops", "Tax"]
    (gone,) = await entries(database, "group.member_removed")
    assert gone.target_name == "Law"
    assert gone.before is not None
    assert (gone.before["email"], gone.before["source"]) == ("zoe@example.com", "sign_in")


async def test_without_the_claim_all_that_came_by_it_goes_and_nothing_else(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    await make_groups(database, Law="law", Ops="ops")
    claims = {"email": "yan@example.com", "email_verified": True}
    issuer.knows("s-yan", **claims, groups="law")
    await browser.sign_on("s-yan")
    me = await browser.me()
    assert me is not None
    async with database.transaction() as session:
        (ops,) = await session.exec(select(Group).where(Group.name == "Ops"))
        session.add(GroupMember(group_id=ops.id, user_id=me["id"], source="manual"))
    issuer.knows("s-yan", **claims, groups=["law", "ops"])
    await browser.sign_on("s-yan")
    assert await memberships(database) == {"Law": "sign_in", "Ops": "manual"}
    issuer.knows("s-yan", **claims)
    await browser.sign_on("s-yan")
    assert await memberships(database) == {"Ops": "manual"}


async def test_a_claim_of_another_shape_is_no_group_and_no_fault(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    await make_groups(database, Law="law")
    claims = {"email": "xia@example.com", "email_verified": True}
    for groups in ({"law": True}, [["law"], 7, None], 7, ["law\x00"], [""]):
        issuer.knows("s-xia", **claims, groups=groups)
        assert await browser.sign_on("s-xia") == "/app"
    assert await memberships(database) == {}
