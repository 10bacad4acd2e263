"""Groups and their members (wire contract, section 2)."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from app.access import grants
from app.access.principal import Principal
from app.accounts import directory, groups
from app.accounts.groups import Draft, GroupChanges
from app.accounts.roles import sight_of
from app.api.auth_views import user_view
from app.api.people_views import (
    AddedView,
    Gone,
    GroupPatch,
    GroupsView,
    MembersView,
    NewGroup,
    NewMembers,
    OneGroupView,
    group_view,
    member_view,
)
from app.api.person_checks import checked_name, checked_text
from app.db.engine import Database


class GroupsController(Controller):
    """Groups: all of them for admins, those of a manager's own department."""

    path = "/groups"
    tags = ("people",)

    @get("/")
    async def index(
        self,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        search: FromQuery[str | None] = None,
        department_id: Annotated[UUID | None, QueryParameter(name="departmentId")] = None,
    ) -> GroupsView:
        """Those that the caller sees, by name."""
        sight = sight_of(principal.user)
        part = checked_text(search, "search") if search else None
        async with database.session() as session:
            found = await directory.groups(session, sight, search=part, department_id=department_id)
        return GroupsView(groups=[group_view(entry) for entry in found], total=len(found))

    @post("/")
    async def create(
        self,
        data: JSONBody[NewGroup],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneGroupView:
        """Make a group."""
        external = data.external_name
        draft = Draft(
            name=checked_name(data.name, "name"),
            department_id=data.department_id,
            description=checked_text(data.description, "description"),
            external_name=None if external is None else checked_name(external, "externalName"),
        )
        sight = sight_of(principal.user)
        async with database.transaction() as session:
            made = await groups.create(session, principal, draft)
            entry = await directory.group(session, sight, made.id)
        return OneGroupView(group=group_view(entry))

    @get("/{group_id:uuid}")
    async def read(
        self,
        group_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneGroupView:
        """One group."""
        sight = sight_of(principal.user)
        async with database.session() as session:
            entry = await directory.group(session, sight, group_id)
        return OneGroupView(group=group_view(entry))

    @patch("/{group_id:uuid}")
    async def change(
        self,
        group_id: FromPath[UUID],
        data: JSONBody[GroupPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneGroupView:
        """Change some fields."""
        changes = _changes(data)
        sight = sight_of(principal.user)
        async with database.transaction() as session:
            await groups.change(session, principal, group_id, changes)
            entry = await directory.group(session, sight, group_id)
        return OneGroupView(group=group_view(entry))

    @delete("/{group_id:uuid}", status_code=200)
    async def remove(
        self,
        group_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Gone:
        """Delete a group with all that it was granted."""
        sight = sight_of(principal.user)
        async with database.transaction() as session:
            # Before any work is done, or row locked, for who may not.
            await directory.group(session, sight, group_id)
            await grants.take_all_from(session, principal.actor, "group", [group_id])
            await groups.remove(session, principal, group_id)
        return Gone(id=group_id)

    @get("/{group_id:uuid}/members")
    async def members(
        self,
        group_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> MembersView:
        """The group's people, by name; for a manager those of the department."""
        sight = sight_of(principal.user)
        async with database.session() as session:
            found = await directory.members(session, sight, group_id)
        views = [member_view(user_view(person), source) for person, source in found]
        return MembersView(members=views, total=len(views))

    @post("/{group_id:uuid}/members")
    async def add_members(
        self,
        group_id: FromPath[UUID],
        data: JSONBody[NewMembers],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> AddedView:
        """Put people into the group: all of them or, where one is not there, nobody."""
        async with database.transaction() as session:
            added = await groups.add_members(session, principal, group_id, data.user_ids)
        return AddedView(added=added)

    @delete("/{group_id:uuid}/members/{user_id:uuid}", status_code=200)
    async def remove_member(
        self,
        group_id: FromPath[UUID],
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Gone:
        """Take somebody out of the group."""
        async with database.transaction() as session:
            await groups.remove_member(session, principal, group_id, user_id)
        return Gone(id=user_id)


def _changes(data: GroupPatch) -> GroupChanges:
    changes: GroupChanges = {}
    if data.name is not UNSET:
        changes["name"] = checked_name(data.name, "name")
    if data.description is not UNSET:
        changes["description"] = checked_text(data.description, "description")
    if data.department_id is not UNSET:
        changes["department_id"] = data.department_id
    if data.external_name is not UNSET:
        external = data.external_name
        changes["external_name"] = external and checked_name(external, "externalName")
    return changes
