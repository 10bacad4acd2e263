"""Links that open one conversation to people without an account, and whether they still do."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from app.access.rules import EVERYBODY, access_of
from app.access.tables import ShareLink
from app.accounts.tables import User
from ingest.corpus.tables import Project, now

LinkState: TypeAlias = Literal["open", "expired", "revoked", "closed"]
"""`closed`: whoever asked for the link is suspended or has lost the project."""

OWNER_REACHES: ColumnElement[bool] = and_(col(User.is_active), access_of(EVERYBODY).is_not(None))
"""Whether a link's owner still has what it shows; over the link's `User` and `Project`."""


def state_of(link: ShareLink, *, owner_reaches: bool, at: datetime | None = None) -> LinkState:
    """What a link is good for now; whoever took it back is believed first."""
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at is not None and link.expires_at <= (at or now()):
        return "expired"
    return "open" if owner_reaches else "closed"


def with_state() -> Select[ShareLink, Project, bool]:
    """Links, each with its project and whether its owner still reaches that."""
    return (
        select(ShareLink, Project, OWNER_REACHES)
        .join(User, col(User.id) == col(ShareLink.owner_id))
        .join(Project, col(Project.id) == col(ShareLink.project_id))
    )


async def still_good(session: AsyncSession, share_ids: Collection[UUID]) -> set[UUID]:
    """Those that are neither revoked nor expired; what their owners may is looked up elsewhere."""
    query = select(ShareLink.id).where(
        col(ShareLink.id).in_(share_ids),
        col(ShareLink.revoked_at).is_(None),
        or_(col(ShareLink.expires_at).is_(None), col(ShareLink.expires_at) > now()),
    )
    return set(await session.exec(query))
