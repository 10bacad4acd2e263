"""Builds the stage: two worlds of people and documents, the second one full of canaries."""

from uuid import UUID

import httpx

from app.access.tables import Grant
from app.accounts.tables import Department, Group, GroupMember
from app.audit.tables import AuditEntry
from ingest.corpus.tables import Document, Project
from tests.authorization.canaries import canary
from tests.authorization.rooms import Words, add, add_room, add_talk
from tests.authorization.stage import Stage, new_person
from tests.fixtures.site import Site
from tests.waiting import eventually_async

TEXT = "The otter census of {word} counted forty otters in the river. Otters like fish."


async def build_stage(site: Site, superadmin: httpx.AsyncClient) -> Stage:
    """Rooms with documents read by a real worker, and whoever is in them without calling."""
    me = (await superadmin.get("/auth/me")).json()["user"]["id"]
    stage = await _strangers(site, UUID(me))
    # Sam talks in every room: a member of the same project is somebody else, too.
    rooms = {name: Words(talk=canary("talk")) for name in ("mine", "public", "quiet")}
    rooms["foreign"] = Words(canary("project"), canary("talk"))
    async with site.working():
        for name, words in rooms.items():
            project = await _project(stage, name, words)
            document = await _document(stage, superadmin, project, words)
            stage.rooms[name] = await add_room(
                stage.database, name, project, document, words, stage.sam
            )
    await _furnish(stage)
    return stage


async def _strangers(site: Site, ada: UUID) -> Stage:
    database = site.services.database
    near = Department(name="Near")
    far = Department(name=f"Far {canary('people')}", description=canary("people"))
    near_group = Group(department_id=near.id, name="Near group")
    far_group = Group(department_id=far.id, name=f"Far group {canary('people')}")
    await add(database, near, far, near_group, far_group)
    sam = await new_person(database, name="Sam")
    far_user = await new_person(
        database,
        name=f"Bob {canary('people')}",
        email=f"{canary('people')}@example.com",
        department_id=far.id,
    )
    await add(database, GroupMember(group_id=far_group.id, user_id=far_user.id))
    near_user = await new_person(database, name="Nora", department_id=near.id)
    return Stage(site, ada, sam, near, near_group, near_user, far, far_group, far_user)


async def _project(stage: Stage, name: str, words: Words) -> Project:
    owner = stage.far_user if name == "foreign" else stage.sam
    project = Project(
        name=f"Room {words.project}",
        description=f"About {words.project}.",
        instructions=f"Speak of {words.project}.",
        owner_id=owner.id,
        is_private=name != "public",
    )
    await add(stage.database, project)
    return project


async def _document(
    stage: Stage, client: httpx.AsyncClient, project: Project, words: Words
) -> Document:
    """Upload and have it read, as anybody would."""
    content = TEXT.format(word=words.project).encode()
    files = {"files": (f"{words.project}.txt", content, "text/plain")}
    answer = await client.post(f"/documents/projects/{project.id}", files=files)
    assert answer.status_code == 202, answer.text
    identity = UUID(answer.json()["documents"][0]["id"])

    async def ready() -> Document | None:
        async with stage.database.session() as session:
            document = await session.get_one(Document, identity)
        return document if document.status == "ready" else None

    return await eventually_async(ready)


async def _furnish(stage: Stage) -> None:
    """What the foreign world holds beyond its project."""
    foreign = stage.rooms["foreign"]
    database = stage.database
    await add_talk(database, stage.far_user.id, foreign.project, canary("talk"))
    await add(
        database,
        Grant(project_id=foreign.project, group_id=stage.far_group.id, tier="edit"),
        Grant(project_id=foreign.project, department_id=stage.far.id, tier="use"),
        AuditEntry(
            actor_name=f"{canary('audit')}@example.com",
            action="project.changed",
            target_name=canary("audit"),
            project_id=foreign.project,
            before={"name": canary("audit")},
        ),
    )
    stage.provider = await stage.endpoint()
    stage.sams_token, _ = await stage.token(stage.sam.id, name=canary("secret"))
    stage.sams_session, _ = await stage.session(stage.sam.id)
