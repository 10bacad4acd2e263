"""What can be changed: how each thing stands, how it would stand, and the doing of it.

A change is made from what the person was shown. It reads the thing again, locked, before it is
done, so that whoever applies it can see whether it still stands as it was shown.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor, Change, Target, record
from app.chat import memories
from app.chat.tables import Memory
from app.errors import InvalidRequest, NotFound
from app.integrations import store
from ingest import intake
from ingest.corpus import documents
from ingest.corpus.tables import Document, DocumentStatus, Project, now

Fields: TypeAlias = dict[str, object]
"""JSON values by the names that people see."""

INTEGRATION_FIELDS: Final[Mapping[str, str]] = {
    "name": "name",
    "allowedDomains": "allowed_domains",
    "rateLimitPerMinute": "rate_limit_per_minute",
    "customerLimitPerMinute": "customer_limit_per_minute",
    "dailyBudget": "daily_budget",
    "isEnabled": "is_enabled",
}


class NewInstructions(Struct, frozen=True, tag_field="kind", tag="instructions"):
    """The project's instructions, all of them."""

    text: str

    @property
    def subject(self) -> str | None:
        """What it is about."""
        return "instructions"

    def title(self) -> str:
        """What would be done."""
        return "change the project's instructions"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """How they stand; the project is locked by whoever applies this."""
        del session
        return {"instructions": project.instructions}

    def after(self) -> Fields | None:
        """How they would stand."""
        return {"instructions": self.text}

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Write them."""
        changed = Change({"instructions": project.instructions}, self.after())
        project.instructions, project.updated_at = self.text, now()
        session.add(project)
        await session.flush()
        target = Target("project", project.id, project.name, project.id)
        await record(session, actor, "project.changed", target, changed)


class NewMemory(Struct, frozen=True, tag_field="kind", tag="new_memory"):
    """One more fact that answers are told."""

    text: str

    @property
    def subject(self) -> str | None:
        """Nothing that is there."""
        return None

    def title(self) -> str:
        """What would be done."""
        return "remember something"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """There is nothing before."""
        del session, project

    def after(self) -> Fields | None:
        """What would be remembered."""
        return {"memory": self.text}

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Remember it.

        Raises:
            TooManyMemories: The project has as many as a prompt can hold.
        """
        await memories.add(session, actor, project, self.text)


class OtherMemory(Struct, frozen=True, tag_field="kind", tag="memory"):
    """A fact in other words; without any, it is forgotten."""

    memory_id: UUID
    text: str | None = None

    @property
    def subject(self) -> str | None:
        """What it is about."""
        return f"memory {self.memory_id}"

    def title(self) -> str:
        """What would be done."""
        return "forget a memory" if self.text is None else "change a memory"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """How it stands, locked.

        Raises:
            NotFound: The project has no such memory.
        """
        query = select(Memory).where(Memory.id == self.memory_id, Memory.project_id == project.id)
        memory = (await session.exec(query.with_for_update())).first()
        if memory is None:
            raise NotFound("There is no such memory in this project.")
        return {"memory": memory.text}

    def after(self) -> Fields | None:
        """How it would stand."""
        return None if self.text is None else {"memory": self.text}

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Write or forget it."""
        if self.text is None:
            await memories.remove(session, actor, project, self.memory_id)
        else:
            await memories.change(session, actor, project, self.memory_id, self.text)


class NoDocument(Struct, frozen=True, tag_field="kind", tag="no_document"):
    """A document less."""

    document_id: UUID
    name: str

    @property
    def subject(self) -> str | None:
        """What it is about."""
        return f"document {self.document_id}"

    def title(self) -> str:
        """What would be done."""
        return f"delete the document “{self.name}” with all that was made of it"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """How it stands, locked; that it is read meanwhile makes it no other document.

        Raises:
            DocumentMissing: The project has no such document.
        """
        found = await documents.lock(session, project.id, self.document_id)
        return {"document": found.name, "version": found.version}

    def after(self) -> Fields | None:
        """There is nothing after."""
        return None

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Delete it; its bytes go right after."""
        found = await documents.get(session, project.id, self.document_id)
        await intake.delete(session, project.id, found.id)
        gone = Change(before={"name": found.name, "version": found.version})
        await record(session, actor, "document.deleted", _document(found), gone)


class ReadAgain(Struct, frozen=True, tag_field="kind", tag="read_again"):
    """A document that failed, read once more."""

    document_id: UUID
    name: str

    @property
    def subject(self) -> str | None:
        """What it is about."""
        return f"document {self.document_id}"

    def title(self) -> str:
        """What would be done."""
        return f"read the document “{self.name}” again"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """How it stands, locked.

        Raises:
            DocumentMissing: The project has no such document.
            InvalidRequest: It did not fail.
        """
        found = await documents.lock(session, project.id, self.document_id)
        if found.status != DocumentStatus.FAILED:
            raise InvalidRequest(f"“{found.name}” did not fail: it is {found.status}.")
        return {"version": found.version, "status": found.status, "error": found.error_message}

    def after(self) -> Fields | None:
        """How it would stand."""
        return {"status": DocumentStatus.QUEUED.value, "error": None}

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Put it into the queue."""
        before = await self.before(session, project)
        found = await intake.retry(session, project.id, self.document_id)
        changed = Change(before, {"status": found.status, "error": None, "version": found.version})
        await record(session, actor, "document.retried", _document(found), changed)


class OtherIntegration(Struct, frozen=True, tag_field="kind", tag="integration"):
    """Some fields of an integration.

    Attributes:
        fields: By the names that people see; they were checked when this was made.
    """

    integration_id: UUID
    name: str
    fields: Fields

    @property
    def subject(self) -> str | None:
        """What it is about."""
        return f"integration {self.integration_id}"

    def title(self) -> str:
        """What would be done."""
        return f"change the integration “{self.name}”"

    async def before(self, session: AsyncSession, project: Project) -> Fields | None:
        """How these fields stand, locked.

        Raises:
            NotFound: The project has no such integration.
        """
        row = await store.one(session, project.id, self.integration_id, lock=True)
        return {name: getattr(row, INTEGRATION_FIELDS[name]) for name in self.fields}

    def after(self) -> Fields | None:
        """How they would stand."""
        return self.fields

    async def apply(self, session: AsyncSession, actor: Actor, project: Project) -> None:
        """Write them."""
        row = await store.one(session, project.id, self.integration_id, lock=True)
        given = {INTEGRATION_FIELDS[name]: value for name, value in self.fields.items()}
        await store.change(session, actor, row, given)


Wanted: TypeAlias = (
    NewInstructions | NewMemory | OtherMemory | NoDocument | ReadAgain | OtherIntegration
)


def _document(row: Document) -> Target:
    return Target("document", row.id, row.name, row.project_id)
