"""Who may do what with a project: decided here, in SQL, on every request."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.principal import Principal
from app.access.rules import BOUND, Rule, access_of, bound, read_access, viewer
from app.access.tiers import PLATFORM_STAFF, AccessGrant, Tier
from app.accounts.tables import User
from app.errors import NotFound
from ingest.corpus.sessions import Reads
from ingest.corpus.tables import Project


def access_for(user: User) -> Rule:
    """What a project's row gives to this person, as `source:tier`; null for nothing."""
    return access_of(viewer(user))


# Built once: this runs on every request, and building it costs more than running it.
_WANTED = col(Project.id) == bindparam("wanted", type_=Uuid())
_FOR_OTHERS = select(Project, access_of(BOUND), literal(None)).where(_WANTED)
_FOR_STAFF = select(Project, access_of(BOUND), access_of(BOUND, without_role=True)).where(_WANTED)


@dataclass(frozen=True, slots=True)
class Reached:
    """A project that the caller may reach, and how."""

    project: Project
    grant: AccessGrant


class Access:
    """Answers whether somebody may do something with a project.

    Args:
        reads: Opens a session to read in.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def require(self, project_id: UUID, principal: Principal, tier: Tier) -> Reached:
        """The project, for a caller who may go that far.

        Raises:
            NotFound: There is no such project.
            AccessDenied: The resolver gives nothing, or too low a tier.
        """
        async with self._reads() as session:
            return await require(session, project_id, principal, tier)


async def require(
    session: AsyncSession, project_id: UUID, principal: Principal, tier: Tier
) -> Reached:
    """The same inside a transaction of the caller's.

    Raises:
        NotFound: There is no such project.
        AccessDenied: The resolver gives nothing, or too low a tier.
    """
    query = _FOR_STAFF if principal.user.platform_role in PLATFORM_STAFF else _FOR_OTHERS
    parameters = {**bound(principal.user), "wanted": project_id}
    row = (await session.exec(query, params=parameters)).first()
    if row is None:
        raise NotFound("There is no such project.")
    project, access, otherwise = row
    if access is None:
        raise AccessDenied("You have no access to this project. Ask its owner.")
    grant = read_access(access)
    if not grant.allows(tier):
        raise AccessDenied(
            f"This needs the tier {tier}; you have {grant.tier}. Ask the project's owner."
        )
    if grant.source == "platform" and otherwise is None:
        principal.by_role_alone.add(project_id)
    return Reached(project, grant)
