"""Who is there: people, departments and groups, as far as somebody sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, false, func, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.roles import OrgPosition, PlatformRole, Sight
from app.accounts.tables import Department, Group, GroupMember, OneTimeLink, User
from app.errors import NotFound
from ingest.corpus.tables import now

Condition: TypeAlias = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with what their own row does not say.

    Attributes:
        is_invited: They can't sign in yet, and an invitation that has not run out waits for them.
    """

    user: User
    department: Department | None
    is_invited: bool = False


@dataclass(frozen=True, slots=True)
class DepartmentEntry:
    """A department, and how much it holds."""

    department: Department
    users: int
    groups: int


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A group, where it belongs, and how many people it has."""

    group: Group
    department: Department
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people are looked for; None stands for any.

    Attributes:
        search: Part of the name or of the e-mail address, in any case.
    """

    search: str | None = None
    platform_role: PlatformRole | None = None
    org_position: OrgPosition | None = None
    department_id: UUID | None = None
    is_active: bool | None = None

    def conditions(self) -> list[Condition]:
        """The same in SQL, over people's rows."""
        equal = (
            (col(User.platform_role), self.platform_role),
            (col(User.org_position), self.org_position),
            (col(User.department_id), self.department_id),
            (col(User.is_active), self.is_active),
        )
        wanted = [column == value for column, value in equal if value is not None]
        if self.search:
            found = (
                col(column).icontains(self.search, autoescape=True)
                for column in (User.name, User.email)
            )
            wanted.append(or_(*found))
        return wanted


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list: at most `limit`, after the first `offset`."""

    limit: int
    offset: int


async def people(
    session: AsyncSession, sight: Sight, wanted: PeopleFilter, part: Slice
) -> tuple[list[Person], int]:
    """Those who are seen and looked for, by name, and how many they are in all."""
    conditions = [_within(sight, col(User.department_id)), *wanted.conditions()]
    total = await session.exec(select(func.count()).select_from(User).where(*conditions))
    query = (
        select(User, Department, _is_invited())
        .join(Department, col(Department.id) == col(User.department_id), isouter=True)
        .where(*conditions)
        .order_by(func.lower(col(User.name)), col(User.id))
        .limit(part.limit)
        .offset(part.offset)
    )
    return [Person(*row) for row in await session.exec(query)], total.one()


async def person(session: AsyncSession, sight: Sight, user_id: UUID) -> Person:
    """One of those who are seen.

    Raises:
        NotFound: There is nobody of this id.
    """
    query = (
        select(User, Department, _is_invited())
        .join(Department, col(Department.id) == col(User.department_id), isouter=True)
        .where(User.id == user_id, _within(sight, col(User.department_id)))
    )
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("There is no such person.")
    return Person(*row)


async def department_of(session: AsyncSession, user: User) -> Department | None:
    """Where somebody belongs, by primary key; nothing is asked where that is nowhere."""
    if user.department_id is None:
        return None
    return await session.get(Department, user.department_id)


async def departments(session: AsyncSession, sight: Sight) -> list[DepartmentEntry]:
    """Those that are seen, by name."""
    query = (
        select(Department, *_sizes())
        .where(_within(sight, col(Department.id)))
        .order_by(func.lower(col(Department.name)), col(Department.id))
    )
    return [DepartmentEntry(*row) for row in await session.exec(query)]


async def department(session: AsyncSession, sight: Sight, department_id: UUID) -> DepartmentEntry:
    """One of those that are seen.

    Raises:
        NotFound: There is none of this id.
    """
    query = select(Department, *_sizes()).where(
        Department.id == department_id, _within(sight, col(Department.id))
    )
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("There is no such department.")
    return DepartmentEntry(*row)


async def groups(
    session: AsyncSession, sight: Sight, *, search: str | None, department_id: UUID | None
) -> list[GroupEntry]:
    """Those that are seen, by name.

    Args:
        session: Where to look.
        sight: What is seen.
        search: Part of the name, in any case.
        department_id: Only those of this department.
    """
    wanted = [_within(sight, col(Group.department_id))]
    if search:
        wanted.append(col(Group.name).icontains(search, autoescape=True))
    if department_id is not None:
        wanted.append(col(Group.department_id) == department_id)
    query = (
        select(Group, Department, _headcount(sight))
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(*wanted)
        .order_by(func.lower(col(Group.name)), col(Group.id))
    )
    return [GroupEntry(*row) for row in await session.exec(query)]


async def group(session: AsyncSession, sight: Sight, group_id: UUID) -> GroupEntry:
    """One of those that are seen.

    Raises:
        NotFound: There is none of this id.
    """
    query = (
        select(Group, Department, _headcount(sight))
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(Group.id == group_id, _within(sight, col(Group.department_id)))
    )
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("There is no such group.")
    return GroupEntry(*row)


async def members(
    session: AsyncSession, sight: Sight, group_id: UUID
) -> Sequence[tuple[Person, str]]:
    """A group's people, as far as they are seen, by name; with the source of their place.

    Raises:
        NotFound: There is no such group, or it is not seen.
    """
    await group(session, sight, group_id)
    query = (
        select(User, Department, _is_invited(), GroupMember.source)
        .join(GroupMember, col(GroupMember.user_id) == col(User.id))
        .join(Department, col(Department.id) == col(User.department_id), isouter=True)
        .where(GroupMember.group_id == group_id, _within(sight, col(User.department_id)))
        .order_by(func.lower(col(User.name)), col(User.id))
    )
    rows = await session.exec(query)
    return [(Person(user, where, invited), source) for user, where, invited, source in rows]


def _within(sight: Sight, department_id: SQLColumnExpression[Any]) -> Condition:
    if sight.whole:
        return true()
    # A comparison with None would be `IS NULL`: all who belong nowhere.
    return false() if sight.department_id is None else department_id == sight.department_id


def _is_invited() -> Condition:
    waiting = exists().where(
        col(OneTimeLink.user_id) == col(User.id),
        col(OneTimeLink.purpose) == "invitation",
        col(OneTimeLink.expires_at) > now(),
    )
    return col(User.password_hash).is_(None) & col(User.issuer).is_(None) & waiting


def _sizes() -> tuple[ColumnElement[int], ColumnElement[int]]:
    users = select(func.count()).select_from(User)
    groups = select(func.count()).select_from(Group)
    return (
        users.where(col(User.department_id) == col(Department.id)).scalar_subquery(),
        groups.where(col(Group.department_id) == col(Department.id)).scalar_subquery(),
    )


def _headcount(sight: Sight) -> ColumnElement[int]:
    """How many members are seen, so that a list and its count agree."""
    query = select(func.count()).select_from(GroupMember)
    query = query.where(col(GroupMember.group_id) == col(Group.id))
    if not sight.whole:
        query = query.join(User, col(User.id) == col(GroupMember.user_id)).where(
            _within(sight, col(User.department_id))
        )
    return query.scalar_subquery()


async def group_ids(session: AsyncSession, department_id: UUID) -> list[UUID]:
    """The groups of a department."""
    query = select(Group.id).where(Group.department_id == department_id).order_by(col(Group.id))
    return list(await session.exec(query))
