"""Departments, groups, and who is in them."""

from uuid_utils.compat import uuid7

from tests.authorization.cases import ADMINS, Ask, Call, Case, Fill, role
from tests.authorization.declared.people import sees_near, sees_people
from tests.authorization.declared.projects import no_body

_PEOPLE = {"people": "admins look after people"}
_ADMINS = role(ADMINS)
_MADE = frozenset({201})


def near_group(body: object = None) -> Fill:
    """One of the near department, made for the call where that changes it."""

    async def fill(ask: Ask) -> Call:
        stage = ask.stage
        group = await stage.group(stage.near.id) if ask.fresh else stage.near_group
        return Call({"group_id": group.id}, json=body)

    return fill


def far_group(body: object = None) -> Fill:
    """One of the far department."""

    async def fill(ask: Ask) -> Call:
        stage = ask.stage
        group = await stage.group(stage.far.id) if ask.fresh else stage.far_group
        return Call({"group_id": group.id}, json=body)

    return fill


def department(body: object = None, *, fresh: bool = True) -> Fill:
    """A new one for whoever may change it, the near one for the rest."""

    async def fill(ask: Ask) -> Call:
        row = await ask.stage.department() if ask.fresh and fresh else ask.stage.near
        return Call({"department_id": row.id}, json=body)

    return fill


async def far_department(ask: Ask) -> Call:
    return Call({"department_id": ask.stage.far.id})


async def far_department_renamed(ask: Ask) -> Call:
    row = await ask.stage.department() if ask.fresh else ask.stage.far
    return Call({"department_id": row.id}, json={"description": "Other"})


async def new_department(_: Ask) -> Call:
    return Call(json={"name": f"New {uuid7().hex}"})


async def of_far(ask: Ask) -> Call:
    return Call(query={"departmentId": ask.stage.far.id})


async def new_near(ask: Ask) -> Call:
    return Call(json={"name": f"New {uuid7().hex}", "departmentId": str(ask.stage.near.id)})


async def new_far(ask: Ask) -> Call:
    return Call(json={"name": f"New {uuid7().hex}", "departmentId": str(ask.stage.far.id)})


async def new_near_with_claim(ask: Ask) -> Call:
    name, external = f"New {uuid7().hex}", uuid7().hex
    near = str(ask.stage.near.id)
    return Call(json={"name": name, "departmentId": near, "externalName": external})


async def claimed(ask: Ask) -> Call:
    return await near_group({"externalName": uuid7().hex})(ask)


async def moved_far(ask: Ask) -> Call:
    return await near_group({"departmentId": str(ask.stage.far.id)})(ask)


async def near_joined(ask: Ask) -> Call:
    return await near_group({"userIds": [str(ask.stage.near_user.id)]})(ask)


async def far_joined(ask: Ask) -> Call:
    return await near_group({"userIds": [str(ask.stage.far_user.id)]})(ask)


async def far_group_joined(ask: Ask) -> Call:
    return await far_group({"userIds": [str(ask.stage.near_user.id)]})(ask)


async def near_left(ask: Ask) -> Call:
    stage = ask.stage
    person = stage.near_user.id
    group = await stage.group(stage.near.id, person) if ask.fresh else stage.near_group
    return Call({"group_id": group.id, "user_id": person})


async def far_left(ask: Ask) -> Call:
    """Somebody of another department, in a group of this one."""
    stage = ask.stage
    group = await stage.group(stage.near.id, stage.far_user.id)
    return Call({"group_id": group.id, "user_id": stage.far_user.id})


async def far_group_left(ask: Ask) -> Call:
    stage = ask.stage
    person = stage.far_user.id
    group = await stage.group(stage.far.id, person) if ask.fresh else stage.far_group
    return Call({"group_id": group.id, "user_id": person})


async def mixed_members(ask: Ask) -> Call:
    """Of a near group with a member of another department in it."""
    stage = ask.stage
    group = await stage.group(stage.near.id, stage.near_user.id, stage.far_user.id)
    return Call({"group_id": group.id})


_GROUP, _DEPARTMENT = "/groups/{group_id}", "/departments/{department_id}"
_MEMBER = "/groups/{group_id}/members/{user_id}"

ROUTES = {
    ("GET", "/departments"): [Case("list", sees_people, no_body, shows=_PEOPLE, shown_to=_ADMINS)],
    ("POST", "/departments"): [Case("new", _ADMINS, new_department, ok=_MADE, changes=True)],
    ("GET", _DEPARTMENT): [
        Case("near", sees_near, department()),
        Case("far", _ADMINS, far_department, shows=_PEOPLE),
    ],
    ("PATCH", _DEPARTMENT): [
        Case("near", _ADMINS, department({"description": "Other"}), changes=True),
        Case("far", _ADMINS, far_department_renamed, changes=True),
    ],
    ("DELETE", _DEPARTMENT): [Case("near", _ADMINS, department(), changes=True)],
    ("GET", "/groups"): [
        Case("list", sees_people, no_body, shows=_PEOPLE, shown_to=_ADMINS),
        Case("far", sees_people, of_far, shows=_PEOPLE, shown_to=_ADMINS),
    ],
    ("POST", "/groups"): [
        Case("near", sees_near, new_near, ok=_MADE, changes=True),
        Case("far", _ADMINS, new_far, ok=_MADE, changes=True, shows=_PEOPLE),
        Case("with a claim", _ADMINS, new_near_with_claim, ok=_MADE, changes=True),
    ],
    ("GET", _GROUP): [
        Case("near", sees_near, near_group()),
        Case("far", _ADMINS, far_group(), shows=_PEOPLE),
    ],
    ("PATCH", _GROUP): [
        Case("near", sees_near, near_group({"description": "Other"}), changes=True),
        Case("far", _ADMINS, far_group({"description": "Other"}), changes=True, shows=_PEOPLE),
        Case("moved", _ADMINS, moved_far, changes=True, shows=_PEOPLE),
        Case("with a claim", _ADMINS, claimed, changes=True),
    ],
    ("DELETE", _GROUP): [
        Case("near", sees_near, near_group(), changes=True),
        Case("far", _ADMINS, far_group(), changes=True),
    ],
    ("GET", f"{_GROUP}/members"): [
        Case("near", sees_near, near_group()),
        Case("mixed", sees_near, mixed_members, shows=_PEOPLE, shown_to=_ADMINS),
        Case("far", _ADMINS, far_group(), shows=_PEOPLE),
    ],
    ("POST", f"{_GROUP}/members"): [
        Case("near", sees_near, near_joined, ok=_MADE, changes=True),
        Case("near group, far person", _ADMINS, far_joined, ok=_MADE, changes=True),
        Case("far group, near person", _ADMINS, far_group_joined, ok=_MADE, changes=True),
    ],
    ("DELETE", _MEMBER): [
        Case("near", sees_near, near_left, changes=True),
        Case("near group, far person", _ADMINS, far_left, changes=True),
        Case("far", _ADMINS, far_group_left, changes=True),
    ],
}
