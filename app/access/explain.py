"""Why somebody has access, and who has."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import grants
from app.access.principal import Principal
from app.access.resolver import Reached
from app.access.rules import EVERYBODY, access_of, read_access, rules, tier_rank, viewer
from app.access.tables import Grant
from app.access.targets import GrantTarget
from app.access.tiers import SOURCES, AccessGrant, Source
from app.accounts.tables import Department, Group, GroupMember, User
from ingest.corpus.tables import Project

_SOURCE_OF = {"user": "direct", "group": "group", "department": "department"}


@dataclass(frozen=True, slots=True)
class Holding:
    """A rule that gives access.

    Attributes:
        via: The group or department; None where the rule is about the person alone.
        wins: Whether it is the one that counts.
    """

    access: AccessGrant
    via: GrantTarget | None
    wins: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can see a project, and why."""

    user: User
    access: AccessGrant
    via: str | None


async def why(session: AsyncSession, reached: Reached, principal: Principal) -> list[Holding]:
    """Every rule that gives the caller the project, in the order of the rules."""
    by = rules(viewer(principal.user))
    plain: list[Source] = [source for source in SOURCES if source not in _SOURCE_OF.values()]
    holding = func.concat_ws(",", *(literal(f"{source}:") + by[source] for source in plain))
    query = select(holding).where(Project.id == reached.project.id)
    found: list[tuple[AccessGrant, GrantTarget | None]] = [
        (read_access(each), None) for each in (await session.exec(query)).one().split(",") if each
    ]
    for given, _ in await grants.reaching(session, principal.user, reached.project.id):
        access = read_access(f"{_SOURCE_OF[given.target.type]}:{given.grant.tier}")
        found.append((access, given.target if given.target.type != "user" else None))
    found.sort(key=lambda each: SOURCES.index(each[0].source))
    winner = next(at for at, (access, _) in enumerate(found) if access == reached.grant)
    return [Holding(access, via, at == winner) for at, (access, via) in enumerate(found)]


async def people(
    session: AsyncSession, project_id: UUID, *, search: str, limit: int, offset: int
) -> tuple[list[Person], int]:
    """Active people who can see a project, by name, and how many there are."""
    access = access_of(EVERYBODY)
    query = (
        select(User, access.label("access"), Department.name, func.count().over())
        .select_from(User)
        .join(Project, col(Project.id) == project_id)
        .outerjoin(Department, col(Department.id) == col(User.department_id))
        .where(col(User.is_active), access.is_not(None))
        .order_by(func.lower(col(User.name)), col(User.id))
        .limit(limit)
        .offset(offset)
    )
    if search:
        words = [col(field).icontains(search, autoescape=True) for field in (User.name, User.email)]
        query = query.where(or_(*words))
    rows = (await session.exec(query)).all()
    groups = await _groups(session, project_id, [user.id for user, *_ in rows])
    found: list[Person] = []
    for user, given, department, _ in rows:
        grant = read_access(given)
        via = {"group": groups.get(user.id), "department": department}.get(grant.source)
        found.append(Person(user, grant, via))
    return found, rows[0][3] if rows else 0


async def _groups(
    session: AsyncSession, project_id: UUID, people: Sequence[UUID]
) -> dict[UUID, str]:
    """The group whose grant counts for each of these people."""
    query = (
        select(GroupMember.user_id, Group.name)
        .join(Group, col(Group.id) == col(GroupMember.group_id))
        .join(Grant, col(Grant.group_id) == col(Group.id))
        .where(Grant.project_id == project_id, col(GroupMember.user_id).in_(people))
        .order_by(tier_rank(col(Grant.tier)), col(Grant.id).desc())
    )
    # The last one of each person stays: the highest tier, and of those the oldest grant.
    return dict((await session.exec(query)).all())
