"""Projects (wire contract, section 3)."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.errors import AccessDenied
from app.access.guards import ADMINS, require_role
from app.access.principal import Principal
from app.access.resolver import Reached
from app.access.rules import read_access
from app.access.tiers import AccessGrant
from app.accounts import store as people
from app.api.bodies import Body, Success
from app.api.project_settings import ProjectSettings, merged
from app.audit.record import Change, Target, record
from app.chat import store as conversations
from app.db.engine import Database
from app.errors import InvalidRequest
from app.wire.times import timestamp
from ingest.corpus import projects
from ingest.corpus.projects import CorpusSize
from ingest.corpus.tables import Project, now
from ingest.intake import Intake

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Description = Annotated[str, Meta(max_length=2000)]
Instructions = Annotated[str, Meta(max_length=projects.LONGEST_INSTRUCTIONS)]
Color = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]
DEFAULT_COLOR = "#4f6bed"
EMPTY = CorpusSize(0, 0)


class NewProject(Body):
    """A project to be made; the caller owns it."""

    name: Name
    description: Description = ""
    color: Color = DEFAULT_COLOR
    is_private: bool = True
    instructions: Instructions = ""


class ProjectPatch(Body):
    """What is to change; an absent field stays."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    instructions: Instructions | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    settings: ProjectSettings | UnsetType = UNSET
    owner_id: UUID | UnsetType = UNSET

    @property
    def needs_full(self) -> bool:
        """Whether it touches what only the tier `full` may."""
        held = (self.color, self.is_private, self.settings, self.owner_id)
        return any(value is not UNSET for value in held)


class Counts(Body):
    """How much a project holds."""

    documents: int
    conversations: int
    chunks: int | UnsetType = UNSET


class ProjectView(Body):
    """A project, and how far the caller may go in it."""

    id: UUID
    name: str
    description: str
    color: str
    is_private: bool
    owner_id: UUID
    created_at: str
    updated_at: str
    counts: Counts = msgspec.field(name="_count")
    access_tier: str
    access_source: str
    settings: ProjectSettings | UnsetType = UNSET
    instructions: str | UnsetType = UNSET


class ProjectsView(Body):
    """The projects that the caller can reach."""

    projects: list[ProjectView]


class OneProjectView(Body):
    """One project."""

    project: ProjectView


class ProjectsController(Controller):
    """Projects."""

    path = "/projects"
    tags = ("projects",)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> ProjectsView:
        """Those that the caller can reach, the latest first."""
        async with database.session() as session:
            access = resolver.access_for(principal.user)
            found = await projects.reachable(session, access)
            ids = [project.id for project, _ in found]
            sizes = await projects.sizes(session, ids)
            talks = await conversations.counts(session, ids)
        views = [
            _view(
                project,
                read_access(given),
                Counts(
                    documents=sizes.get(project.id, EMPTY).documents,
                    conversations=talks.get(project.id, 0),
                ),
            )
            for project, given in found
        ]
        return ProjectsView(projects=views)

    @post("/")
    async def create(
        self,
        data: JSONBody[NewProject],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        open_project_creation: NamedDependency[bool],
    ) -> OneProjectView:
        """Make a project of the caller's own."""
        if not open_project_creation:
            require_role(principal, ADMINS, "Only admins make projects here. Ask one of them.")
        project = Project(
            name=_named(data.name),
            description=data.description,
            color=data.color,
            is_private=data.is_private,
            instructions=data.instructions,
            owner_id=principal.user.id,
        )
        async with database.transaction() as session:
            session.add(project)
            await session.flush()
            change = Change(after=_told(project))
            await record(session, principal.actor, "project.created", _target(project), change)
            return await self._whole(session, project.id, principal)

    @get("/{project_id:uuid}")
    async def read(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneProjectView:
        """One project, whole."""
        async with database.session() as session:
            return await self._whole(session, project_id, principal)

    @patch("/{project_id:uuid}")
    async def change(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[ProjectPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneProjectView:
        """Change some fields; which tier that needs depends on the field."""
        async with database.transaction() as session:
            needed = "full" if data.needs_full else "edit"
            reached = await resolver.require(session, project_id, principal, needed)
            before = _told(reached.project)
            await _apply(session, reached.project, data)
            await session.flush()
            change = Change(before, _told(reached.project))
            target = _target(reached.project)
            await record(session, principal.actor, "project.changed", target, change)
            # Who gives a project away, and had it by owning it alone, has no more to see.
            with suppress(AccessDenied):
                reached = await resolver.require(session, project_id, principal, "use")
            return await self._shown(session, reached)

    @delete("/{project_id:uuid}", status_code=200)
    async def remove(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        intake: NamedDependency[Intake],
    ) -> Success:
        """Delete the project with all that is in it."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "full")
            await intake.delete_project_files(session, project_id)
            change, target = Change(before=_told(reached.project)), _target(reached.project)
            await record(session, principal.actor, "project.deleted", target, change)
            await projects.remove(session, project_id)
        return Success()

    async def _whole(
        self,
        session: AsyncSession,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
    ) -> OneProjectView:
        return await self._shown(
            session, await resolver.require(session, project_id, principal, "use")
        )

    async def _shown(self, session: AsyncSession, reached: Reached) -> OneProjectView:
        project_id = reached.project.id
        size = (await projects.sizes(session, [project_id])).get(project_id, EMPTY)
        talks = (await conversations.counts(session, [project_id])).get(project_id, 0)
        counts = Counts(documents=size.documents, conversations=talks, chunks=size.chunks)
        view = _view(reached.project, reached.grant, counts)
        settings = msgspec.convert(reached.project.settings, ProjectSettings)
        return OneProjectView(
            project=msgspec.structs.replace(
                view, settings=settings, instructions=reached.project.instructions
            )
        )


async def _apply(session: AsyncSession, project: Project, data: ProjectPatch) -> None:
    for field in ("description", "instructions", "color", "is_private"):
        value = getattr(data, field)
        if value is not UNSET:
            setattr(project, field, value)
    if data.name is not UNSET:
        project.name = _named(data.name)
    if data.settings is not UNSET:
        project.settings = merged(project.settings, data.settings)
    if data.owner_id is not UNSET:
        owner = await people.user_by_id(session, data.owner_id)
        if owner is None or not owner.is_active:
            raise InvalidRequest("There is no such active person.", "ownerId")
        project.owner_id = owner.id
    project.updated_at = now()
    session.add(project)


def _told(project: Project) -> dict[str, object]:
    return {
        "name": project.name,
        "description": project.description,
        "color": project.color,
        "isPrivate": project.is_private,
        "ownerId": str(project.owner_id),
        "instructions": project.instructions,
        "settings": dict(project.settings),
    }


def _target(project: Project) -> Target:
    return Target("project", project.id, project.name, project.id)


def _named(name: str) -> str:
    if not name.strip():
        raise InvalidRequest("Enter a name.", "name")
    return name.strip()


def _view(project: Project, grant: AccessGrant, counts: Counts) -> ProjectView:
    return ProjectView(
        id=project.id,
        name=project.name,
        description=project.description,
        color=project.color,
        is_private=project.is_private,
        owner_id=project.owner_id,
        created_at=timestamp(project.created_at),
        updated_at=timestamp(project.updated_at),
        counts=counts,
        access_tier=grant.tier,
        access_source=grant.source,
    )
