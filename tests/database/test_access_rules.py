"""The resolver's SQL against the contract's sentence, written a second time in plain Python."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.principal import Principal
from app.access.resolver import access_for, require
from app.access.rules import EVERYBODY, access_of
from app.access.tables import Grant
from app.access.tiers import TIERS
from app.accounts.tables import Department, Group, GroupMember, User
from app.errors import NotFound
from ingest.corpus.tables import Project


@dataclass
class World:
    """A small organisation, as rows."""

    departments: list[Department] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    members: set[tuple[UUID, UUID]] = field(default_factory=set)
    users: list[User] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    def rows(self) -> Iterable[list[object]]:
        members = [GroupMember(group_id=group, user_id=user) for group, user in self.members]
        yield from (self.departments, self.groups, self.users, members, self.projects, self.grants)

    def expected(self, user: User, project: Project) -> str | None:
        """Section 3 of the wire contract, sentence by sentence."""
        if user.platform_role in {"superadmin", "admin", "engineer"}:
            return "platform:full"
        if project.owner_id == user.id:
            return "owner:full"
        granted = self.granted(user, project)
        if user.org_position == "ceo":
            above = [given for given in granted if not given.endswith(":use")]
            return above[0] if above else "ceo:use"
        if granted:
            return granted[0]
        return None if project.is_private else "public:use"

    def granted(self, user: User, project: Project) -> list[str]:
        here = [grant for grant in self.grants if grant.project_id == project.id]
        direct = [f"direct:{g.tier}" for g in here if g.user_id == user.id]
        tiers = [g.tier for g in here if (g.group_id, user.id) in self.members]
        group = [f"group:{max(tiers, key=TIERS.index)}"] if tiers else []
        department = [
            f"department:{g.tier}"
            for g in here
            if g.department_id is not None and g.department_id == user.department_id
        ]
        return direct + group + department


def draw(seed: int) -> World:
    """A random organisation in which every rule meets every other."""
    chance = random.Random(seed)  # noqa: S311 - the same organisation each time
    world = World()
    world.departments = [Department(name=f"D{n}") for n in range(3)]
    world.groups = [
        Group(department_id=chance.choice(world.departments).id, name=f"G{n}") for n in range(4)
    ]
    positions = ["ceo", *["manager", "member"] * 6]
    roles = ["superadmin", "admin", "engineer", *["none"] * 12]
    for n in range(13):
        department = chance.choice([*world.departments, None])
        world.users.append(
            User(
                name=f"U{n}",
                email=f"u{n}@example.com",
                platform_role=roles[(n + seed) % len(roles)],
                org_position=positions[n],
                department_id=department.id if department else None,
            )
        )
    for n in range(8):
        owner, private = chance.choice(world.users), chance.random() < 0.6
        world.projects.append(Project(name=f"P{n}", owner_id=owner.id, is_private=private))
    for user in world.users:
        for group in world.groups:
            if chance.random() < 0.3:
                world.members.add((group.id, user.id))
    world.grants = draw_grants(world, chance)
    return world


def draw_grants(world: World, chance: random.Random) -> list[Grant]:
    grants: list[Grant] = []
    for project in world.projects:
        targets = [("user_id", u.id) for u in world.users]
        targets += [("group_id", g.id) for g in world.groups]
        targets += [("department_id", d.id) for d in world.departments]
        for column, target in targets:
            if chance.random() < 0.2:
                grant = Grant(project_id=project.id, tier=chance.choice(TIERS))
                setattr(grant, column, target)
                grants.append(grant)
    return grants


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
