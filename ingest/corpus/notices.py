"""Word of a document's change, to every process that listens."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

CHANNEL = "lumen_document"
"""Name of the Postgres channel."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A document has changed, has come or has gone."""

    project_id: UUID
    document_id: UUID

    @classmethod
    def read(cls, payload: str) -> "Notice":
        """Read a payload of the channel.

        Raises:
            ValueError: It is none of ours.
        """
        project, document = payload.split(" ")
        return cls(UUID(project), UUID(document))


async def notify(session: AsyncSession, project_id: UUID, document_id: UUID) -> None:
    """Tell the listeners when this transaction commits."""
    await session.exec(select(func.pg_notify(CHANNEL, f"{project_id} {document_id}")))
