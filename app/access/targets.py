"""Whom access can be given to: a person, a group, a department."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.errors import TargetNotFound
from app.accounts.tables import Department, Group, User

TargetType: TypeAlias = Literal["user", "group", "department"]
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class GrantTarget:
    """Somebody, or several, whom a project can be opened to.

    Attributes:
        detail: What tells two of one name apart: the e-mail address, the group's department.
    """

    type: TargetType
    id: UUID
    name: str
    detail: str = ""


async def find_target(session: AsyncSession, kind: TargetType, target_id: UUID) -> GrantTarget:
    """The target of this kind and id.

    Raises:
        TargetNotFound: There is none.
    """
    look = {"user": _people, "group": _groups, "department": _departments}[kind]
    of = {"user": User.id, "group": Group.id, "department": Department.id}[kind]
    found = await look(session, col(of) == target_id)
    if not found:
        raise TargetNotFound("There is no such person, group or department.")
    return found[0]


async def search_targets(session: AsyncSession, words: str) -> Sequence[GrantTarget]:
    """Active people, groups and departments whose name or address holds the words, by name."""
    named = [col(field).icontains(words, autoescape=True) for field in (User.name, User.email)]
    found = [
        *await _people(session, col(User.is_active) & or_(*named)),
        *await _groups(session, col(Group.name).icontains(words, autoescape=True)),
        *await _departments(session, col(Department.name).icontains(words, autoescape=True)),
    ]
    return sorted(found, key=lambda target: (target.name.casefold(), target.id))[:MOST_FOUND]


async def _people(session: AsyncSession, such: ColumnElement[bool]) -> list[GrantTarget]:
    query = select(User).where(such).order_by(func.lower(col(User.name)), col(User.id))
    found = await session.exec(query.limit(MOST_FOUND))
    return [GrantTarget("user", user.id, user.name, user.email) for user in found]


async def _groups(session: AsyncSession, such: ColumnElement[bool]) -> list[GrantTarget]:
    query = (
        select(Group, Department.name)
        .join(Department, col(Department.id) == col(Group.department_id))
        .where(such)
        .order_by(func.lower(col(Group.name)), col(Group.id))
    )
    found = await session.exec(query.limit(MOST_FOUND))
    return [GrantTarget("group", group.id, group.name, parent) for group, parent in found]


async def _departments(session: AsyncSession, such: ColumnElement[bool]) -> list[GrantTarget]:
    query = select(Department).where(such)
    query = query.order_by(func.lower(col(Department.name)), col(Department.id))
    found = await session.exec(query.limit(MOST_FOUND))
    return [GrantTarget("department", each.id, each.name) for each in found]
