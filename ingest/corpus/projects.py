"""Reading and writing projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus.tables import Document, Project

LONGEST_INSTRUCTIONS = 8_000
"""Characters of what a project tells its answers."""


@dataclass(frozen=True, slots=True)
class CorpusSize:
    """How much a project holds."""

    documents: int
    chunks: int


async def reachable(
    session: AsyncSession, access: ColumnElement[str | None]
) -> Sequence[tuple[Project, str]]:
    """Projects for which the access rule `access` gives something, with what it gives."""
    query = (
        select(Project, access)
        .where(access.is_not(None))
        .order_by(col(Project.updated_at).desc(), col(Project.id).desc())
    )
    return [(project, given) for project, given in await session.exec(query) if given is not None]


async def sizes(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, CorpusSize]:
    """Documents and chunks of each project; projects without documents are left out."""
    query = (
        select(
            Document.project_id,
            func.count(),
            func.coalesce(func.sum(Document.chunk_count), 0),
        )
        .where(col(Document.project_id).in_(project_ids))
        .group_by(col(Document.project_id))
    )
    return {
        project_id: CorpusSize(documents, int(chunks or 0))
        for project_id, documents, chunks in await session.exec(query)
    }


async def get(session: AsyncSession, project_id: UUID) -> Project | None:
    """The project; None where it is gone."""
    return await session.get(Project, project_id)


async def lock(session: AsyncSession, project_id: UUID) -> Project | None:
    """The project, which nobody else changes until this transaction ends; None where it is gone."""
    query = select(Project).where(Project.id == project_id).with_for_update(key_share=True)
    return (await session.exec(query)).one_or_none()


async def remove(session: AsyncSession, project_id: UUID) -> None:
    """Delete a project with everything that hangs on it in the database."""
    await session.exec(delete(Project).where(col(Project.id) == project_id))
