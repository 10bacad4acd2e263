"""Word in the audit log of platform staff in projects that only their role opens to them."""

from sqlmodel import col, select

from app.access.principal import Principal
from app.audit.record import Target, record
from app.db.engine import Database
from ingest.corpus.tables import Project, now


async def note_visits(database: Database, principal: Principal) -> None:
    """One entry an hour for each person and project.

    Raises:
        SQLAlchemyError: It could not be written; the request is not answered then.
    """
    hour = now().strftime("%Y-%m-%dT%H")
    async with database.transaction() as session:
        query = select(Project.id, Project.name).where(col(Project.id).in_(principal.by_role_alone))
        for project_id, name in await session.exec(query):
            await record(
                session,
                principal.actor,
                "project.reached_by_role",
                Target("project", project_id, name, project_id),
                once=f"role:{principal.user.id}:{project_id}:{hour}",
            )
