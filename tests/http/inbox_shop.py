"""Customers of an integration: what they say goes the way that all dialects go."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from app.access.tables import Grant
from app.accounts.tables import User
from app.audit.record import SERVER
from app.chat.events import Finished
from app.desk.admission import Admitted
from app.integrations import store
from app.integrations.tables import Integration
from ingest.corpus.tables import Project
from tests.fixtures.site import PASSWORD, Site

FIELDS = {"rate_limit_per_minute": 600, "customer_limit_per_minute": 600}


@dataclass
class Shop:
    """An integration of a project, and what its customers do."""

    site: Site
    project: UUID
    integration: Integration

    async def say(self, key: str, text: str) -> tuple[UUID, UUID | None]:
        """A customer writes; the conversation, and the answer's id where the assistant answers."""
        services = self.site.services
        async with services.database.session() as session:
            project = await session.get_one(Project, self.project)
        admitted = Admitted(self.integration, project)
        reply = await services.desk.ask(admitted, key, text, channel="lumika")
        return reply.conversation_id, None if reply.by_people else reply.message_id

    async def hears(self, answer: UUID) -> Finished:
        """The end of an answer, once it is there."""
        async for _, event in self.site.services.runs.follow(answer):
            if isinstance(event, Finished):
                return event
        raise AssertionError("the answer did not finish")


async def open_shop(site: Site, project: UUID, **fields: object) -> Shop:
    """A new integration of the project."""
    values = {"name": "Shop", "kind": "api", **FIELDS, **fields}
    async with site.services.database.transaction() as session:
        row, _ = await store.create(session, SERVER, project, values)
    return Shop(site, project, row)


async def colleague(
    site: Site, project: UUID, tier: str | None, name: str = "Bob"
) -> tuple[User, httpx.AsyncClient]:
    """Somebody with this tier in the project, signed in."""
    email = f"{name.lower()}-{tier}-{project.hex[-8:]}@example.com"
    row = User(name=name, email=email, password_hash=await site.services.passwords.hash(PASSWORD))
    async with site.services.database.transaction() as session:
        session.add(row)
        await session.flush()
        if tier is not None:
            session.add(Grant(project_id=project, user_id=row.id, tier=tier))
    async with site.client() as nobody:
        answer = await nobody.post("/auth/login", json={"email": email, "password": PASSWORD})
    return row, site.client(answer.json()["accessToken"])
