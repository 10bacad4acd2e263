"""Grants: a tier in a project for a person, a group or a department, each change audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.tables import Grant
from app.access.targets import GrantTarget, TargetType, find_target
from app.access.tiers import Tier
from app.accounts.tables import Department, Group, GroupMember, User
from app.audit.record import Actor, Change, Target, record
from app.errors import NotFound
from ingest.corpus.tables import Project, now

_COLUMN = {"user": "user_id", "group": "group_id", "department": "department_id"}


@dataclass(frozen=True, slots=True)
class Given:
    """A grant and whom it is for."""

    grant: Grant
    target: GrantTarget


async def listed(session: AsyncSession, project_id: UUID) -> list[Given]:
    """A project's grants: people, then groups, then departments, each by name."""
    query = (
        select(Grant, User, Group, Department)
        .outerjoin(User, col(User.id) == col(Grant.user_id))
        .outerjoin(Group, col(Group.id) == col(Grant.group_id))
        .outerjoin(Department, _department_of_either())
        .where(Grant.project_id == project_id)
        .order_by(
            col(Grant.user_id).is_(None),
            col(Grant.group_id).is_(None),
            func.lower(func.coalesce(col(User.name), col(Group.name), col(Department.name))),
            col(Grant.id),
        )
    )
    return [
        Given(grant, _target(user, group, department))
        for grant, user, group, department in await session.exec(query)
    ]


async def give(
    session: AsyncSession,
    actor: Actor,
    project: Project,
    kind: TargetType,
    target_id: UUID,
    tier: Tier,
) -> tuple[Given, bool]:
    """Give a tier, or change the one that was given.

    Returns:
        The grant, and whether it is new.

    Raises:
        TargetNotFound: There is no such person, group or department.
    """
    target = await find_target(session, kind, target_id)
    column = _COLUMN[kind]
    mine = col(getattr(Grant, column))
    query = select(Grant).where(Grant.project_id == project.id, mine == target_id)
    before = (await session.exec(query.with_for_update())).first()
    change = Change(
        before={"tier": before.tier} if before else None, after={**_named(target), "tier": tier}
    )
    fresh = Grant(project_id=project.id, tier=tier, created_by=actor.id)
    setattr(fresh, column, target_id)
    # Somebody else may have been faster between the look and this.
    statement = (
        insert(Grant)
        .values(fresh.model_dump())
        .on_conflict_do_update(
            index_elements=[mine, col(Grant.project_id)],
            index_where=mine.is_not(None),
            set_={"tier": tier, "updated_at": now()},
        )
        .returning(Grant)
        .execution_options(populate_existing=True)
    )
    grant = (await session.exec(statement)).scalars().one()
    created = grant.id == fresh.id
    action = "grant.created" if created else "grant.changed"
    await record(session, actor, action, _subject(grant, project), change)
    return Given(grant, target), created


async def take(session: AsyncSession, actor: Actor, project: Project, grant_id: UUID) -> None:
    """Take a grant back.

    Raises:
        NotFound: The project has no such grant.
    """
    found = [given for given in await listed(session, project.id) if given.grant.id == grant_id]
    if not found:
        raise NotFound("There is no such grant in this project.")
    await _remove(session, actor, project, found[0])


async def take_all_from(
    session: AsyncSession, actor: Actor, kind: TargetType, target_ids: Sequence[UUID]
) -> None:
    """Take back what was given to targets that are about to be deleted, so that the log says so."""
    for target_id in target_ids:
        query = (
            select(Grant, Project)
            .join(Project, col(Project.id) == col(Grant.project_id))
            .where(col(getattr(Grant, _COLUMN[kind])) == target_id)
            .order_by(col(Grant.id))
        )
        for grant, project in (await session.exec(query)).all():
            target = await find_target(session, kind, target_id)
            await _remove(session, actor, project, Given(grant, target))


async def _remove(session: AsyncSession, actor: Actor, project: Project, given: Given) -> None:
    await session.delete(given.grant)
    change = Change(before={**_named(given.target), "tier": given.grant.tier})
    await record(session, actor, "grant.removed", _subject(given.grant, project), change)


async def reaching(
    session: AsyncSession, user: User, project_id: UUID | None = None
) -> Sequence[tuple[Given, Project]]:
    """The grants that reach a person, by whatever way, with their projects, by project's name."""
    groups = select(GroupMember.group_id).where(GroupMember.user_id == user.id)
    ways = [col(Grant.user_id) == user.id, col(Grant.group_id).in_(groups)]
    if user.department_id is not None:
        ways.append(col(Grant.department_id) == user.department_id)
    query = (
        select(Grant, Group, Department, Project)
        .join(Project, col(Project.id) == col(Grant.project_id))
        .outerjoin(Group, col(Group.id) == col(Grant.group_id))
        .outerjoin(Department, _department_of_either())
        .where(or_(*ways))
        .order_by(func.lower(col(Project.name)), col(Grant.id))
    )
    if project_id is not None:
        query = query.where(Grant.project_id == project_id)
    return [
        (Given(grant, _target(None if grant.user_id is None else user, group, department)), project)
        for grant, group, department, project in await session.exec(query)
    ]


def _department_of_either() -> ColumnElement[bool]:
    """The department that the grant is for, or the one that its group belongs to."""
    either = func.coalesce(col(Grant.department_id), col(Group.department_id))
    return col(Department.id) == either


def _target(user: User | None, group: Group | None, department: Department | None) -> GrantTarget:
    if group is not None:
        return GrantTarget("group", group.id, group.name, department.name if department else "")
    if department is not None:
        return GrantTarget("department", department.id, department.name)
    if user is None:
        raise ValueError("A grant without a target can't be stored.")
    return GrantTarget("user", user.id, user.name, user.email)


def _named(target: GrantTarget) -> dict[str, object]:
    return {"targetType": target.type, "targetId": target.id, "targetName": target.name}


def _subject(grant: Grant, project: Project) -> Target:
    return Target("grant", grant.id, project.name, project.id)
