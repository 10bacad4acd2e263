"""How many conversations projects hold."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.tables import Conversation


async def counts(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Conversations of each project, everybody's; projects without any are left out."""
    query = (
        select(Conversation.project_id, func.count())
        .where(col(Conversation.project_id).in_(project_ids))
        .group_by(col(Conversation.project_id))
    )
    return dict((await session.exec(query)).all())
