"""Who may do what with a project: decided here, in SQL, on every request."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, case, literal, not_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.tiers import PLATFORM_STAFF, AccessGrant, Source, Tier
from app.accounts.tables import User
from app.errors import NotFound
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Project

_TIER_OF: dict[str, Tier] = {"platform": "full", "owner": "full", "ceo": "use", "public": "use"}


def source_for(user: User) -> ColumnElement[str | None]:
    """The first rule of the contract that gives this person a project's row; null for none."""
    return case(
        (literal(user.platform_role in PLATFORM_STAFF), literal("platform")),
        (col(Project.owner_id) == user.id, literal("owner")),
        (literal(user.org_position == "ceo"), literal("ceo")),
        (not_(col(Project.is_private)), literal("public")),
        else_=None,
    )


def grant_of(source: str) -> AccessGrant:
    """The tier that a rule gives."""
    return AccessGrant(_TIER_OF[source], cast("Source", source))


@dataclass(frozen=True, slots=True)
class Reached:
    """A project that the caller may reach, and how."""

    project: Project
    grant: AccessGrant


class Access:
    """Answers whether somebody may do something with a project.

    Args:
        transactions: Opens a transaction.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def require(self, project_id: UUID, user: User, tier: Tier) -> Reached:
        """The project, for a caller who may go that far.

        Raises:
            NotFound: There is no such project.
            AccessDenied: The resolver gives nothing, or too low a tier.
        """
        async with self._transactions() as session:
            return await require(session, project_id, user, tier)


async def require(session: AsyncSession, project_id: UUID, user: User, tier: Tier) -> Reached:
    """The same inside a transaction of the caller's.

    Raises:
        NotFound: There is no such project.
        AccessDenied: The resolver gives nothing, or too low a tier.
    """
    query = select(Project, source_for(user)).where(Project.id == project_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("There is no such project.")
    project, source = found
    if source is None:
        raise AccessDenied("You have no access to this project. Ask its owner.")
    grant = grant_of(source)
    if not grant.allows(tier):
        raise AccessDenied(
            f"This needs the tier {tier}; you have {grant.tier}. Ask the project's owner."
        )
    return Reached(project, grant)
