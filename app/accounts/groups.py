"""Making, changing and deleting groups, and who is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import departments, roles
from app.accounts.acting import Acting
from app.accounts.conflicts import save
from app.accounts.errors import TargetNotFound
from app.accounts.tables import Group, GroupMember, User
from app.audit.record import Change, Target, record
from app.errors import NotFound
from ingest.corpus.tables import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A group that is to be made."""

    name: str
    department_id: UUID
    description: str = ""
    external_name: str | None = None


class GroupChanges(TypedDict, total=False):
    """What is to change about a group; what is absent stays, and None ends an external name."""

    name: str
    description: str
    department_id: UUID
    external_name: str | None


async def create(session: AsyncSession, acting: Acting, draft: Draft) -> Group:
    """Make a group.

    Raises:
        Forbidden: The caller makes none, or no external names.
        TargetNotFound: There is no such department, or the caller does not see it.
        NameExists: Another one has the name or the external name.
    """
    await _hold_department(session, acting, draft.department_id)
    if draft.external_name is not None:
        roles.check_admin(acting.user)
    group = Group(
        name=draft.name,
        description=draft.description,
        department_id=draft.department_id,
        external_name=draft.external_name,
    )
    session.add(group)
    await save(session)
    made = Change(after=_shown(group))
    await record(session, acting.actor, "group.created", _target(group), made)
    return group


async def change(
    session: AsyncSession, acting: Acting, group_id: UUID, changes: GroupChanges
) -> None:
    """Change a group field by field.

    Raises:
        Forbidden: The caller changes none, or no external names.
        NotFound: There is none of this id, or the caller does not see it.
        TargetNotFound: There is no such department, or the caller does not see it.
        NameExists: Another one has the name or the external name.
    """
    if "department_id" in changes:
        await _hold_department(session, acting, changes["department_id"])
    group = await _locked(session, acting, group_id)
    before = _shown(group)
    if changes.get("external_name", group.external_name) != group.external_name:
        roles.check_admin(acting.user)
    for name, value in changes.items():
        setattr(group, name, value)
    after = _shown(group)
    if after == before:
        return
    group.updated_at = now()
    session.add(group)
    await save(session)
    await record(session, acting.actor, "group.changed", _target(group), Change(before, after))


async def remove(session: AsyncSession, acting: Acting, group_id: UUID) -> None:
    """Delete a group; what it was granted is gone with it.

    Raises:
        Forbidden: The caller deletes none.
        NotFound: There is none of this id, or the caller does not see it.
    """
    group = await _locked(session, acting, group_id)
    await session.delete(group)
    await session.flush()
    gone = Change(before=_shown(group))
    await record(session, acting.actor, "group.deleted", _target(group), gone)


async def add_members(
    session: AsyncSession, acting: Acting, group_id: UUID, user_ids: Sequence[UUID]
) -> int:
    """Put people into a group, one or more; how many of them were not there before.

    Raises:
        Forbidden: The caller changes no groups.
        NotFound: There is no such group, or the caller does not see it.
        TargetNotFound: Somebody is not there, or the caller does not see them; nobody is added.
    """
    group = await _locked(session, acting, group_id)
    people = await _seen(session, acting, user_ids)
    values = [GroupMember(group_id=group.id, user_id=each.id).model_dump() for each in people]
    statement = insert(GroupMember).values(values).on_conflict_do_nothing()
    added = await session.exec(statement.returning(col(GroupMember.user_id)))
    fresh = set(added.scalars())
    for user in people:
        if user.id in fresh:
            joined = Change(after=_shown_member(user))
            await record(session, acting.actor, "group.member_added", _target(group), joined)
    return len(fresh)


async def remove_member(
    session: AsyncSession, acting: Acting, group_id: UUID, user_id: UUID
) -> None:
    """Take somebody out of a group.

    Raises:
        Forbidden: The caller changes no groups.
        NotFound: There is no such group or no such member, or the caller does not see them.
    """
    group = await _locked(session, acting, group_id)
    user = await session.get(User, user_id)
    if user is None or not roles.sight_of(acting.user).includes(user.department_id):
        raise NotFound("There is no such member.")
    gone = await session.exec(
        delete(GroupMember)
        .where(col(GroupMember.group_id) == group.id, col(GroupMember.user_id) == user.id)
        .returning(col(GroupMember.user_id))
    )
    if gone.first() is None:
        raise NotFound("There is no such member.")
    left = Change(before=_shown_member(user))
    await record(session, acting.actor, "group.member_removed", _target(group), left)


async def leave_all_of(
    session: AsyncSession, acting: Acting, user: User, department_id: UUID
) -> None:
    """Take somebody out of every group of a department that they leave.

    Its manager no longer sees them there, and what the groups were given was given to its people.
    """
    theirs = (
        select(Group)
        .join(GroupMember, col(GroupMember.group_id) == col(Group.id))
        .where(GroupMember.user_id == user.id, Group.department_id == department_id)
        .order_by(col(Group.id))
    )
    for group in (await session.exec(theirs)).all():
        membership = await session.get(GroupMember, (group.id, user.id))
        await session.delete(membership)
        left = Change(before=_shown_member(user))
        await record(session, acting.actor, "group.member_removed", _target(group), left)
    await session.flush()


async def _locked(session: AsyncSession, acting: Acting, group_id: UUID) -> Group:
    sight = roles.sight_of(acting.user)
    query = select(Group).where(Group.id == group_id).with_for_update()
    group = (await session.exec(query)).first()
    if group is None or not sight.includes(group.department_id):
        raise NotFound("There is no such group.")
    return group


async def _hold_department(session: AsyncSession, acting: Acting, department_id: UUID) -> None:
    if not roles.sight_of(acting.user).includes(department_id):
        raise TargetNotFound("There is no such department.")
    await departments.hold(session, department_id)


async def _seen(session: AsyncSession, acting: Acting, user_ids: Sequence[UUID]) -> list[User]:
    """These people, held so that nobody deletes them meanwhile.

    Raises:
        TargetNotFound: Somebody is not there, or the caller does not see them.
    """
    sight = roles.sight_of(acting.user)
    query = select(User).where(col(User.id).in_(user_ids)).order_by(col(User.id))
    found = await session.exec(query.with_for_update(read=True, key_share=True))
    people = [user for user in found if sight.includes(user.department_id)]
    if len(people) < len(set(user_ids)):
        raise TargetNotFound("Somebody in this list is not there. Nobody was added.")
    return people


def _target(group: Group) -> Target:
    return Target("group", group.id, group.name)


def _shown(group: Group) -> dict[str, object]:
    return {
        "name": group.name,
        "description": group.description,
        "departmentId": group.department_id,
        "externalName": group.external_name,
    }


def _shown_member(user: User) -> dict[str, object]:
    return {"userId": user.id, "email": user.email}
