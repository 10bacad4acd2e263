"""Who reaches which project, and why somebody does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.explain import Holding, why
from app.access.principal import Principal
from app.access.resolver import require
from app.accounts.store import user_by_email
from app.accounts.tables import Department, Group, GroupMember, User
from app.db.engine import Database
from app.doctor.check import Check, Finding, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import UNREACHED_PROJECTS
from app.errors import NotFound
from ingest.corpus.tables import Project


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody reaches a project, and line by line why."""

    reaches: bool
    lines: Sequence[str]


class Reach:
    """The check that every project has somebody who can open it.

    Args:
        database: Holds projects and grants.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def checks(self) -> list[Check]:
        """One."""
        return [
            Check(
                id="project-access",
                name="Access to projects",
                runbook="no-access-403",
                run=self.unreached,
            )
        ]

    async def unreached(self) -> Finding:
        """Private projects of people who left, that nobody was given."""
        rows = await ask(self._database, UNREACHED_PROJECTS)
        if rows:
            names = some([row.name for row in rows], ", ")
            return warning(
                f"{rows[0].total} private projects have a deactivated owner and no grant: {names}."
            )
        return ok("Every private project has an active owner or a grant.")


async def explain(session: AsyncSession, project_id: UUID, email: str) -> Explanation:
    """Why a person can or can't open a project."""
    person = await user_by_email(session, email.strip())
    if person is None:
        return Explanation(reaches=False, lines=[f"Nobody has the e-mail address {email}."])
    if not person.is_active:
        said = f"{person.name} is deactivated: signed out, whatever was granted."
        return Explanation(reaches=False, lines=[said])
    principal = Principal(person, None)
    try:
        reached = await require(session, project_id, principal, "use")
    except NotFound:
        return Explanation(reaches=False, lines=["There is no project of this id."])
    except AccessDenied:
        return Explanation(reaches=False, lines=await _why_not(session, project_id, person))
    holdings = await why(session, reached, principal)
    head = f"{person.name} has the tier {reached.grant.tier} on {reached.project.name}."
    return Explanation(reaches=True, lines=[head, *map(_line, holdings)])


def _line(holding: Holding) -> str:
    via = f" through {holding.via.name}" if holding.via else ""
    wins = "; this one counts" if holding.wins else ""
    return f"{holding.access.source}: {holding.access.tier}{via}{wins}"


async def _why_not(session: AsyncSession, project_id: UUID, person: User) -> list[str]:
    """Each rule of the resolver, in its order, and why it gives nothing."""
    query = select(Project, User).join(User, col(User.id) == col(Project.owner_id))
    project, owner = (await session.exec(query.where(Project.id == project_id))).one()
    member = col(GroupMember.group_id) == col(Group.id)
    groups = (
        select(Group.name).join(GroupMember, member).where(GroupMember.user_id == person.id)
    ).order_by(col(Group.name), col(Group.id))
    names = (await session.exec(groups)).all()
    department = select(Department.name).where(Department.id == person.department_id)
    place = (await session.exec(department)).first()
    return [
        f"{person.name} has no access to {project.name}.",
        f"platform: no; the role is {person.platform_role}",
        f"owner: no; that is {owner.name}",
        f"ceo: no; the position is {person.org_position}",
        "direct: no grant to the person",
        f"group: no grant to {some(names, ', ')}" if names else "group: member of none",
        f"department: no grant to {place}" if place else "department: in none",
        "public: no; the project is private",
    ]
