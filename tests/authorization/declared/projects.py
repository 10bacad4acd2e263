"""Projects, grants, memories."""

from uuid import uuid4

from tests.authorization.cases import (
    ADMINS,
    Ask,
    Call,
    Case,
    abroad,
    at_home,
    mixed,
    project,
    role,
    signed_in,
)

_PEOPLE = {"people": "whoever may see a project may see whom it was opened to"}
_INTEGRATIONS = "/projects/{project_id}/integrations"
_INTEGRATION = f"{_INTEGRATIONS}/{{integration_id}}"
_NAMES = {"people": "whoever shares a project finds people by name"}


async def here(ask: Ask) -> Call:
    """The room's project."""
    return Call({"project_id": ask.room.project})


async def no_body(_: Ask) -> Call:
    """Nothing to fill in."""
    return Call()


async def new_project(_: Ask) -> Call:
    return Call(json={"name": "New"})


async def described(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"description": "Changed."})


async def instructed(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"instructions": "Be brief."})


async def colored(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"color": "#000000"})


async def closed(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"isPrivate": True})


async def tuned(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"settings": {"topK": 3}})


async def handed_over(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"ownerId": str(ask.stage.sam.id)})


async def handed_to_a_project(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"ownerId": str(ask.foreign.project)})


async def opened(ask: Ask) -> Call:
    body = {"targetType": "group", "targetId": str(ask.stage.near_group.id), "tier": "use"}
    return Call({"project_id": ask.room.project}, json=body)


async def opened_to_a_project(ask: Ask) -> Call:
    body = {"targetType": "user", "targetId": str(ask.foreign.project), "tier": "full"}
    return Call({"project_id": ask.room.project}, json=body)


async def opened_to_a_group_as_person(ask: Ask) -> Call:
    body = {"targetType": "user", "targetId": str(ask.stage.far_group.id), "tier": "full"}
    return Call({"project_id": ask.room.project}, json=body)


async def the_grant(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "grant_id": ask.room.grant})


async def a_foreign_grant(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "grant_id": ask.foreign.grant})


async def searched(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, query={"search": "a"})


async def remembered(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, json={"text": "A fact."})


async def the_memory(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "memory_id": ask.room.memory})


async def a_foreign_memory(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "memory_id": ask.foreign.memory})


async def the_memory_reworded(ask: Ask) -> Call:
    return Call((await the_memory(ask)).path, json={"text": "Another fact."})


async def a_foreign_memory_reworded(ask: Ask) -> Call:
    return Call((await a_foreign_memory(ask)).path, json={"text": "Another fact."})


async def an_integration(ask: Ask) -> Call:
    body = {"name": "Shop", "kind": "widget", "allowedDomains": ["shop.example"]}
    return Call({"project_id": ask.room.project}, json=body)


async def the_integration(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "integration_id": ask.room.integration})


async def a_foreign_integration(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "integration_id": ask.foreign.integration})


async def the_integration_off(ask: Ask) -> Call:
    return Call((await the_integration(ask)).path, json={"isEnabled": False})


async def a_foreign_integration_off(ask: Ask) -> Call:
    return Call((await a_foreign_integration(ask)).path, json={"isEnabled": False})


async def sams_grants(ask: Ask) -> Call:
    return Call({"user_id": ask.stage.sam.id})


async def a_foreign_persons_grants(ask: Ask) -> Call:
    return Call({"user_id": ask.stage.far_user.id})


async def somebody_unknown(_: Ask) -> Call:
    return Call({"user_id": uuid4()})


def _patch() -> list[Case]:
    """Each field by itself: which tier it needs depends on the field."""
    light, heavy = (described, instructed), (colored, closed, tuned, handed_over)
    fields = [("edit", fill) for fill in light] + [("full", fill) for fill in heavy]
    cases = [Case(fill.__name__, at_home(tier), fill, changes=True) for tier, fill in fields]
    return [
        *cases,
        Case("foreign, light", abroad("edit"), described, foreign=True, changes=True),
        Case("foreign, heavy", abroad("full"), colored, foreign=True, changes=True),
        mixed("a project's id as owner", handed_to_a_project),
    ]


ROUTES = {
    ("GET", "/projects"): [Case("list", signed_in, no_body)],
    ("POST", "/projects"): [
        Case("new", role(ADMINS), new_project, ok=frozenset({201}), changes=True)
    ],
    ("GET", "/projects/{project_id}"): project("use", here),
    ("PATCH", "/projects/{project_id}"): _patch(),
    ("DELETE", "/projects/{project_id}"): project("full", here, changes=True),
    ("GET", "/projects/{project_id}/access"): project("use", here),
    ("GET", "/projects/{project_id}/people"): project("full", here, shows=_PEOPLE),
    ("GET", "/projects/{project_id}/grants"): project("use", here, shows=_PEOPLE),
    ("POST", "/projects/{project_id}/grants"): [
        *project("full", opened, ok=frozenset({200, 201}), changes=True),
        mixed("a project's id as person", opened_to_a_project),
        mixed("a group's id as person", opened_to_a_group_as_person),
    ],
    ("DELETE", "/projects/{project_id}/grants/{grant_id}"): [
        *project("full", the_grant, changes=True),
        mixed("own project, foreign grant", a_foreign_grant),
    ],
    ("GET", "/projects/{project_id}/grant-targets"): project("full", searched, shows=_NAMES),
    ("GET", "/projects/{project_id}/memories"): project("use", here),
    ("POST", "/projects/{project_id}/memories"): project(
        "edit", remembered, ok=frozenset({201}), changes=True
    ),
    ("PATCH", "/projects/{project_id}/memories/{memory_id}"): [
        *project("edit", the_memory_reworded, changes=True),
        mixed("own project, foreign memory", a_foreign_memory_reworded),
    ],
    ("DELETE", "/projects/{project_id}/memories/{memory_id}"): [
        *project("edit", the_memory, changes=True),
        mixed("own project, foreign memory", a_foreign_memory),
    ],
    ("GET", _INTEGRATIONS): project("full", here),
    ("POST", _INTEGRATIONS): project("full", an_integration, ok=frozenset({201}), changes=True),
    ("GET", _INTEGRATION): [
        *project("full", the_integration),
        mixed("own project, foreign integration", a_foreign_integration),
    ],
    ("PATCH", _INTEGRATION): [
        *project("full", the_integration_off, changes=True),
        mixed("own project, foreign integration", a_foreign_integration_off),
    ],
    ("POST", f"{_INTEGRATION}/rotate"): [
        *project("full", the_integration, changes=True),
        mixed("own project, foreign integration", a_foreign_integration),
    ],
    ("DELETE", _INTEGRATION): [
        *project("full", the_integration, changes=True),
        mixed("own project, foreign integration", a_foreign_integration),
    ],
    ("GET", "/grants/by-user/{user_id}"): [
        Case("somebody", role(ADMINS), sams_grants),
        Case("of the foreign project", role(ADMINS), a_foreign_persons_grants, shows=_PEOPLE),
        mixed("nobody", somebody_unknown, callers=role(ADMINS)),
    ],
}
