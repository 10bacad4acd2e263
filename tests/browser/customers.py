"""Customers of an integration, written straight into the running server's database."""

from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from app.accounts.tables import User
from app.audit.record import SERVER
from app.chat.tables import Conversation, Message
from app.db.engine import Database
from app.db.location import conninfo
from app.integrations import store
from ingest.corpus.tables import now
from tests.browser.running_server import RunningServer


@dataclass(frozen=True)
class Customer:
    """Somebody who writes to a project."""

    database: Database
    conversation: UUID

    async def says(self, text: str, role: str = "user") -> None:
        """Write; the server's own triggers tell those who look."""
        async with self.database.transaction() as session:
            talk = await session.get_one(Conversation, self.conversation)
            talk.updated_at = now()
            session.add(talk)
            session.add(Message(conversation_id=talk.id, role=role, content=text))

    async def asks_for_a_person(self) -> None:
        """As the desk does where somebody asks for one."""
        async with self.database.transaction() as session:
            talk = await session.get_one(Conversation, self.conversation)
            talk.status, talk.status_reason = "escalated", "request"
            session.add(talk)


async def new_customer(served: RunningServer, project: UUID, key: str) -> Customer:
    """A customer of a new integration of the project."""
    assert User.__tablename__ == "user_account"  # What an integration's row points at is loaded.
    database = Database(conninfo(None, served.folder / "data"))
    fields = {
        "name": "Web shop",
        "kind": "api",
        "rate_limit_per_minute": 60,
        "customer_limit_per_minute": 60,
    }
    identity = uuid7()
    async with database.transaction() as session:
        integration, _ = await store.create(session, SERVER, project, fields)
        session.add(
            Conversation(
                id=identity,
                project_id=project,
                integration_id=integration.id,
                customer_key=key,
                channel="lumika",
            )
        )
    return Customer(database, identity)
