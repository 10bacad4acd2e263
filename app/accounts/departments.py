"""Making, changing and deleting departments."""

from typing import TypedDict
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import roles
from app.accounts.acting import Acting
from app.accounts.conflicts import save
from app.accounts.errors import TargetNotFound
from app.accounts.tables import Department, Group, User
from app.audit.record import Change, Target, record
from app.errors import NotFound
from ingest.corpus.tables import now


class DepartmentChanges(TypedDict, total=False):
    """What is to change about a department; what is absent stays."""

    name: str
    description: str


async def create(session: AsyncSession, acting: Acting, name: str, description: str) -> Department:
    """Make a department.

    Raises:
        Forbidden: The caller is no admin.
        NameExists: Another one has the name.
    """
    roles.check_admin(acting.user)
    department = Department(name=name, description=description)
    session.add(department)
    await save(session)
    made = Change(after=_shown(department))
    await record(session, acting.actor, "department.created", _target(department), made)
    return department


async def change(
    session: AsyncSession, acting: Acting, department_id: UUID, changes: DepartmentChanges
) -> None:
    """Change a department field by field.

    Raises:
        Forbidden: The caller is no admin.
        NotFound: There is none of this id.
        NameExists: Another one has the name.
    """
    roles.check_admin(acting.user)
    department = await _locked(session, department_id)
    before = _shown(department)
    for name, value in changes.items():
        setattr(department, name, value)
    after = _shown(department)
    if after == before:
        return
    department.updated_at = now()
    session.add(department)
    await save(session)
    changed = Change(before, after)
    await record(session, acting.actor, "department.changed", _target(department), changed)


async def remove(session: AsyncSession, acting: Acting, department_id: UUID) -> None:
    """Delete a department with its groups; its people stay, and belong to none.

    Raises:
        Forbidden: The caller is no admin.
        NotFound: There is none of this id.
    """
    roles.check_admin(acting.user)
    department = await _locked(session, department_id)
    gone = _shown(department) | {
        "users": await _count(session, User, department.id),
        "groups": await _count(session, Group, department.id),
    }
    await session.delete(department)
    await session.flush()
    action = "department.deleted"
    await record(session, acting.actor, action, _target(department), Change(before=gone))


async def hold(session: AsyncSession, department_id: UUID) -> None:
    """See to it that a department is there, and stays until the transaction ends.

    Raises:
        TargetNotFound: There is none of this id.
    """
    query = select(Department.id).where(Department.id == department_id)
    held = await session.exec(query.with_for_update(read=True, key_share=True))
    if held.first() is None:
        raise TargetNotFound("There is no such department.")


async def _locked(session: AsyncSession, department_id: UUID) -> Department:
    query = select(Department).where(Department.id == department_id).with_for_update()
    department = (await session.exec(query)).first()
    if department is None:
        raise NotFound("There is no such department.")
    return department


async def _count(session: AsyncSession, table: type[User | Group], department_id: UUID) -> int:
    query = select(func.count()).select_from(table)
    found = await session.exec(query.where(col(table.department_id) == department_id))
    return found.one()


def _target(department: Department) -> Target:
    return Target("department", department.id, department.name)


def _shown(department: Department) -> dict[str, object]:
    return {"name": department.name, "description": department.description}
