"""How people, departments and groups look on the wire (section 2)."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.accounts.directory import DepartmentEntry, GroupEntry
from app.accounts.roles import OrgPosition, PlatformRole
from app.api.auth_views import NamedView, UserView
from app.api.bodies import Body, Success
from app.api.link_views import LinkView
from app.wire.times import timestamp

MOST_ADDED = 200

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Email = Annotated[str, Meta(min_length=3, max_length=320)]
Description = Annotated[str, Meta(max_length=2000)]


class NewUser(Body):
    """A person to be made; without a password they are invited to choose one."""

    name: Name
    email: Email
    password: Annotated[str, Meta(max_length=1024)] | None = None
    platform_role: PlatformRole = "none"
    org_position: OrgPosition = "member"
    department_id: UUID | None = None


class UserPatch(Body):
    """What is to change; an absent field stays, and `departmentId: null` means no department."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    platform_role: PlatformRole | UnsetType = UNSET
    org_position: OrgPosition | UnsetType = UNSET
    department_id: UUID | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


class MePatch(Body):
    """What somebody may change about themselves."""

    name: Name | UnsetType = UNSET


class UsersView(Body):
    """A part of the people that the caller sees, by name, and how many they are in all."""

    users: list[UserView]
    total: int


class OneUserView(Body):
    """One person."""

    user: UserView


class NewUserView(Body):
    """A new person, and their invitation where they have no password yet."""

    user: UserView
    invitation: LinkView | UnsetType = UNSET


class Gone(Success, kw_only=True):
    """What was deleted."""

    id: UUID


class NewDepartment(Body):
    """A department to be made."""

    name: Name
    description: Description = ""


class DepartmentPatch(Body):
    """What is to change; an absent field stays."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET


class DepartmentCounts(Body):
    """How much a department holds."""

    users: int
    groups: int


class DepartmentView(Body):
    """A department."""

    id: UUID
    name: str
    description: str
    counts: DepartmentCounts = msgspec.field(name="_count")
    created_at: str
    updated_at: str


class DepartmentsView(Body):
    """The departments that the caller sees, by name."""

    departments: list[DepartmentView]
    total: int


class OneDepartmentView(Body):
    """One department."""

    department: DepartmentView


class NewGroup(Body):
    """A group to be made; its external name is for admins to set."""

    name: Name
    department_id: UUID
    description: Description = ""
    external_name: Name | None = None


class GroupPatch(Body):
    """What is to change; an absent field stays, and `externalName: null` ends the external name."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    department_id: UUID | UnsetType = UNSET
    external_name: Name | UnsetType | None = UNSET


class GroupCounts(Body):
    """How many people of a group the caller sees."""

    members: int


class GroupView(Body):
    """A group.

    `externalName`: its name at the identity provider, whose word decides who is in it.
    """

    id: UUID
    name: str
    description: str
    department_id: UUID
    department: NamedView
    external_name: str | None
    counts: GroupCounts = msgspec.field(name="_count")
    created_at: str
    updated_at: str


class GroupsView(Body):
    """The groups that the caller sees, by name."""

    groups: list[GroupView]
    total: int


class OneGroupView(Body):
    """One group."""

    group: GroupView


class MemberView(UserView):
    """A person in a group; `source`: `manual`, or `sign_in` where the identity provider says so."""

    source: str


class MembersView(Body):
    """The people of a group that the caller sees, by name."""

    members: list[MemberView]
    total: int


class NewMembers(Body):
    """Who is to be in a group."""

    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_ADDED)]


class AddedView(Body):
    """How many people were not in the group before."""

    added: int


def department_view(entry: DepartmentEntry) -> DepartmentView:
    """A department as every call shows one."""
    department = entry.department
    return DepartmentView(
        id=department.id,
        name=department.name,
        description=department.description,
        counts=DepartmentCounts(users=entry.users, groups=entry.groups),
        created_at=timestamp(department.created_at),
        updated_at=timestamp(department.updated_at),
    )


def group_view(entry: GroupEntry) -> GroupView:
    """A group as every call shows one."""
    group, department = entry.group, entry.department
    return GroupView(
        id=group.id,
        name=group.name,
        description=group.description,
        department_id=group.department_id,
        department=NamedView(id=department.id, name=department.name),
        external_name=group.external_name,
        counts=GroupCounts(members=entry.members),
        created_at=timestamp(group.created_at),
        updated_at=timestamp(group.updated_at),
    )


def member_view(person: UserView, source: str) -> MemberView:
    """A person as a member."""
    return MemberView(**msgspec.structs.asdict(person), source=source)
