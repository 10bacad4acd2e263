"""The resolver's SQL against the contract's sentence, written a second time in plain Python."""

from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.principal import Principal
from app.access.resolver import access_for, require
from app.access.rules import EVERYBODY, access_of
from app.access.tables import Grant
from app.accounts.tables import User
from app.errors import NotFound
from ingest.corpus.tables import Project
from tests.fixtures.organisation import World, draw


async def store(session: AsyncSession, world: World) -> None:
    for rows in world.rows():
        session.add_all(rows)
        await session.flush()


@pytest.mark.parametrize("seed", range(12))
async def test_the_sql_finds_what_the_contract_says(session: AsyncSession, seed: int) -> None:
    world = draw(seed)
    await store(session, world)
    found: dict[tuple[str, str], str | None] = {}
    for user in world.users:
        for project, access in await session.exec(select(Project, access_for(user))):
            found[user.name, project.name] = access
    expected = {
        (user.name, project.name): world.expected(user, project)
        for user in world.users
        for project in world.projects
    }
    assert found == expected


@pytest.mark.parametrize("seed", range(3))
async def test_for_everybody_at_once_it_finds_the_same(session: AsyncSession, seed: int) -> None:
    world = draw(seed)
    await store(session, world)
    query = (
        select(User.name, Project.name, access_of(EVERYBODY))
        .select_from(User)
        .join(Project, col(Project.id).is_not(None))
    )
    found = {(user, project): access for user, project, access in await session.exec(query)}
    assert found == {
        (user.name, project.name): world.expected(user, project)
        for user in world.users
        for project in world.projects
    }


def test_the_organisations_hold_every_rule() -> None:
    worlds = [draw(seed) for seed in range(12)]
    met = {
        (world.expected(user, project) or "nothing").split(":")[0]
        for world in worlds
        for user in world.users
        for project in world.projects
    }
    assert met == {"platform", "owner", "ceo", "direct", "group", "department", "public", "nothing"}


async def test_somebody_without_a_department_is_in_none(session: AsyncSession) -> None:
    """A comparison with nothing must not hold: grants to people have no department either."""
    owner, stranger = (User(name=n, email=f"{n}@example.com") for n in ("owner", "stranger"))
    project = Project(name="P", owner_id=owner.id)
    session.add_all([owner, stranger])
    await session.flush()
    session.add(project)
    await session.flush()
    session.add(Grant(project_id=project.id, user_id=owner.id, tier="full"))
    await session.flush()
    with pytest.raises(AccessDenied):
        await require(session, project.id, Principal(stranger, None), "use")


async def test_a_tier_that_is_too_low_and_a_project_that_is_not_there(
    session: AsyncSession,
) -> None:
    owner, reader = (User(name=n, email=f"{n}@example.com") for n in ("owner", "reader"))
    session.add_all([owner, reader])
    await session.flush()
    project = Project(name="P", owner_id=owner.id, is_private=False)
    session.add(project)
    await session.flush()
    reached = await require(session, project.id, Principal(reader, None), "use")
    assert (reached.grant.tier, reached.grant.source) == ("use", "public")
    with pytest.raises(AccessDenied, match="you have use"):
        await require(session, project.id, Principal(reader, None), "edit")
    with pytest.raises(NotFound):
        await require(session, uuid4(), Principal(owner, None), "use")


async def test_a_check_is_one_statement(session: AsyncSession) -> None:
    owner = User(name="owner", email="owner@example.com")
    session.add(owner)
    await session.flush()
    session.add(project := Project(name="P", owner_id=owner.id))
    await session.flush()
    statements: list[str] = []
    connection = await session.connection()
    event.listen(
        connection.sync_connection,
        "before_cursor_execute",
        lambda *about: statements.append(about[2]),
    )
    await require(session, project.id, Principal(owner, None), "full")
    assert len(statements) == 1


async def test_staff_are_marked_only_where_nothing_else_opens_the_project(
    session: AsyncSession,
) -> None:
    staff = User(name="staff", email="staff@example.com", platform_role="admin")
    other = User(name="other", email="other@example.com")
    session.add_all([staff, other])
    await session.flush()
    mine = Project(name="mine", owner_id=staff.id)
    public = Project(name="public", owner_id=other.id, is_private=False)
    closed = Project(name="closed", owner_id=other.id)
    session.add_all([mine, public, closed])
    await session.flush()
    principal = Principal(staff, None)
    for project in (mine, public, closed):
        await require(session, project.id, principal, "use")
    assert principal.by_role_alone == {closed.id}
