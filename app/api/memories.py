"""What a project's answers remember (wire contract, section 3)."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from app.access import resolver
from app.access.principal import Principal
from app.api.bodies import Body
from app.chat import memories
from app.chat.tables import Memory
from app.db.engine import Database
from app.wire.times import timestamp


class MemoryBody(Body):
    """A short fact."""

    text: Annotated[str, Meta(min_length=1, max_length=memories.LONGEST)]


class MemoryView(Body):
    """A short fact that stands in every prompt of the project."""

    id: UUID
    text: str
    created_at: str
    updated_at: str


class MemoriesView(Body):
    """The project's memories, oldest first."""

    memories: list[MemoryView]


class OneMemoryView(Body):
    """One of them."""

    memory: MemoryView


class ForgottenView(Body):
    """Which one is gone."""

    id: UUID
    success: bool = True


class MemoriesController(Controller):
    """Memories."""

    path = "/projects/{project_id:uuid}/memories"
    tags = ("projects",)

    @get("/")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> MemoriesView:
        """What every answer of the project is told."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "use")
            found = await memories.listed(session, project_id)
        return MemoriesView(memories=[_view(memory) for memory in found])

    @post("/")
    async def add(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[MemoryBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneMemoryView:
        """Remember something."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "edit")
            memory = await memories.add(
                session, principal.actor, reached.project, memories.tidied(data.text)
            )
        return OneMemoryView(memory=_view(memory))

    @patch("/{memory_id:uuid}")
    async def change(
        self,
        project_id: FromPath[UUID],
        memory_id: FromPath[UUID],
        data: JSONBody[MemoryBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneMemoryView:
        """Say it in other words."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "edit")
            memory = await memories.change(
                session, principal.actor, reached.project, memory_id, memories.tidied(data.text)
            )
        return OneMemoryView(memory=_view(memory))

    @delete("/{memory_id:uuid}", status_code=200)
    async def remove(
        self,
        project_id: FromPath[UUID],
        memory_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> ForgottenView:
        """Forget it."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "edit")
            await memories.remove(session, principal.actor, reached.project, memory_id)
        return ForgottenView(id=memory_id)


def _view(memory: Memory) -> MemoryView:
    return MemoryView(
        id=memory.id,
        text=memory.text,
        created_at=timestamp(memory.created_at),
        updated_at=timestamp(memory.updated_at),
    )
