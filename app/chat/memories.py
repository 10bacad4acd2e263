"""Memories of a project: short facts that stand in every prompt."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor, Change, Target, record
from app.chat.errors import TooManyMemories
from app.chat.storable import storable
from app.chat.tables import Memory
from app.errors import InvalidRequest, NotFound
from ingest.corpus.tables import Project, now

LONGEST = 500
"""Characters of one."""
MOST = 50  # Together about as much as the passages.


def tidied(text: str) -> str:
    """What to remember, as it is kept: on one line.

    Raises:
        InvalidRequest: There is nothing, or too much.
    """
    line = " ".join(storable(text).split())
    if not 1 <= len(line) <= LONGEST:
        raise InvalidRequest(f"Write what to remember in 1 to {LONGEST} characters.", "text")
    return line


async def listed(session: AsyncSession, project_id: UUID) -> list[Memory]:
    """A project's memories, oldest first."""
    query = select(Memory).where(Memory.project_id == project_id).order_by(col(Memory.id))
    return list(await session.exec(query))


async def add(session: AsyncSession, actor: Actor, project: Project, text: str) -> Memory:
    """Remember something.

    Raises:
        TooManyMemories: The project has as many as a prompt can hold.
    """
    await check_room(session, project.id)
    memory = Memory(project_id=project.id, text=text, created_by=actor.id)
    session.add(memory)
    await session.flush()
    change = Change(after={"text": text})
    await record(session, actor, "memory.created", _subject(memory, project), change)
    return memory


async def check_room(session: AsyncSession, project_id: UUID) -> None:
    """See that the project can remember one more.

    Raises:
        TooManyMemories: It has as many as a prompt can hold.
    """
    if len(await listed(session, project_id)) >= MOST:
        raise TooManyMemories(f"A project remembers {MOST} facts at most. Delete one first.")


async def change(
    session: AsyncSession, actor: Actor, project: Project, memory_id: UUID, text: str
) -> Memory:
    """Say it in other words.

    Raises:
        NotFound: The project has no such memory.
    """
    memory = await _one(session, project, memory_id)
    before, memory.text, memory.updated_at = memory.text, text, now()
    session.add(memory)
    said = Change(before={"text": before}, after={"text": text})
    await record(session, actor, "memory.changed", _subject(memory, project), said)
    return memory


async def remove(session: AsyncSession, actor: Actor, project: Project, memory_id: UUID) -> None:
    """Forget it.

    Raises:
        NotFound: The project has no such memory.
    """
    memory = await _one(session, project, memory_id)
    await session.delete(memory)
    gone = Change(before={"text": memory.text})
    await record(session, actor, "memory.removed", _subject(memory, project), gone)


async def _one(session: AsyncSession, project: Project, memory_id: UUID) -> Memory:
    query = select(Memory).where(Memory.id == memory_id, Memory.project_id == project.id)
    memory = (await session.exec(query.with_for_update())).first()
    if memory is None:
        raise NotFound("There is no such memory in this project.")
    return memory


def _subject(memory: Memory, project: Project) -> Target:
    return Target("memory", memory.id, project.name, project.id)
