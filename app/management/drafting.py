"""What the assistant can propose; a draft says what would be done, and changes nothing.

The first line of each function is what a model is told of it.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import memories
from app.chat.storable import storable
from app.chat.tables import Memory
from app.errors import InvalidRequest, NotFound
from app.integrations import store
from app.integrations.domains import clean_domains
from app.integrations.fields import MOST_PER_DAY, Domains, Name, PerMinute, sound_name
from app.integrations.tables import Integration
from app.management.changes import (
    INTEGRATION_FIELDS,
    Fields,
    NewInstructions,
    NewMemory,
    NoDocument,
    OtherIntegration,
    OtherMemory,
    ReadAgain,
    Wanted,
)
from ingest.corpus import documents
from ingest.corpus.projects import LONGEST_INSTRUCTIONS
from ingest.corpus.tables import Document, Project

Which = Annotated[str, Meta(min_length=1, max_length=255)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that somebody wants, and how the thing stood when they did."""

    wanted: Wanted
    before: Fields | None


class Text(Struct, rename="camel", forbid_unknown_fields=True):
    """What is to be written."""

    text: str


class OneMemory(Struct, rename="camel", forbid_unknown_fields=True):
    """A memory, by its number in the list or its id."""

    memory: Which


class OneMemoryText(OneMemory, rename="camel", forbid_unknown_fields=True):
    """A memory, by its number in the list or its id, and what it is to say."""

    text: str


class OneDocument(Struct, rename="camel", forbid_unknown_fields=True):
    """A document, by its whole name or its id."""

    document: Which


class IntegrationChange(Struct, rename="camel", forbid_unknown_fields=True):
    """An integration, by its name, number or id, and what is to change; what is left out stays.

    No allowed domains mean every page; a daily budget of 0 means no limit.
    """

    integration: Which
    name: Name | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    allowed_domains: Domains | UnsetType = UNSET
    rate_limit_per_minute: PerMinute | UnsetType = UNSET
    customer_limit_per_minute: PerMinute | UnsetType = UNSET
    daily_budget: Annotated[int, Meta(ge=0, le=MOST_PER_DAY)] | UnsetType = UNSET

    def fields(self) -> Fields:
        """What is to change, as it would be kept.

        Raises:
            InvalidRequest: The name says nothing, or a domain is no host.
        """
        given: Fields = {name: getattr(self, field) for name, field in INTEGRATION_FIELDS.items()}
        if isinstance(self.name, str):
            given["name"] = sound_name(storable(self.name))
        if isinstance(self.allowed_domains, list):
            given["allowedDomains"] = clean_domains(self.allowed_domains)
        if self.daily_budget == 0:
            given["dailyBudget"] = None
        return {name: value for name, value in given.items() if value is not UNSET}


async def set_instructions(session: AsyncSession, project: Project, asked: Text) -> Draft:
    """Propose to replace the project's instructions, of 8000 characters at most."""
    return await _draft(session, project, NewInstructions(_instructions(asked.text)))


async def append_instructions(session: AsyncSession, project: Project, asked: Text) -> Draft:
    """Propose to add a line to the project's instructions; those that stand there stay.

    Raises:
        InvalidRequest: There is nothing to add, or too much.
    """
    added = storable(asked.text).strip()
    if not added:
        raise InvalidRequest("Write what to add.", "text")
    whole = f"{project.instructions.rstrip()}\n{added}".strip()
    return await _draft(session, project, NewInstructions(_instructions(whole)))


async def add_memory(session: AsyncSession, project: Project, asked: Text) -> Draft:
    """Propose that answers remember one more short fact, of 500 characters at most.

    Raises:
        TooManyMemories: The project has as many as a prompt can hold.
        InvalidRequest: There is nothing to remember, or too much.
    """
    await memories.check_room(session, project.id)
    return await _draft(session, project, NewMemory(memories.tidied(asked.text)))


async def change_memory(session: AsyncSession, project: Project, asked: OneMemoryText) -> Draft:
    """Propose to say a memory in other words."""
    row = await _memory(session, project, asked.memory)
    return await _draft(session, project, OtherMemory(row.id, memories.tidied(asked.text)))


async def delete_memory(session: AsyncSession, project: Project, asked: OneMemory) -> Draft:
    """Propose to forget a memory."""
    row = await _memory(session, project, asked.memory)
    return await _draft(session, project, OtherMemory(row.id))


async def delete_document(session: AsyncSession, project: Project, asked: OneDocument) -> Draft:
    """Propose to delete a document."""
    row = await _document(session, project, asked.document)
    return await _draft(session, project, NoDocument(row.id, row.name))


async def retry_document(session: AsyncSession, project: Project, asked: OneDocument) -> Draft:
    """Propose to read a document again that failed."""
    row = await _document(session, project, asked.document)
    return await _draft(session, project, ReadAgain(row.id, row.name))


async def change_integration(
    session: AsyncSession, project: Project, asked: IntegrationChange
) -> Draft:
    """Propose to change an integration: its name, whether it is on, its pages and limits.

    Raises:
        InvalidRequest: Nothing is to change, or it stands so already.
        NotFound: There is no such integration.
    """
    row = await _integration(session, project, asked.integration)
    fields = asked.fields()
    if not fields:
        raise InvalidRequest("Say what is to change.")
    return await _draft(session, project, OtherIntegration(row.id, row.name, fields))


async def _draft(session: AsyncSession, project: Project, wanted: Wanted) -> Draft:
    """The draft of a change that would change something.

    Raises:
        InvalidRequest: It stands so already.
    """
    before = await wanted.before(session, project)
    if before is not None and before == wanted.after():
        raise InvalidRequest("It stands so already: there is nothing to change.")
    return Draft(wanted, before)


def _instructions(text: str) -> str:
    kept = storable(text).strip()
    if len(kept) > LONGEST_INSTRUCTIONS:
        raise InvalidRequest(
            f"Instructions have {LONGEST_INSTRUCTIONS} characters at most.", "text"
        )
    return kept


async def _memory(session: AsyncSession, project: Project, which: str) -> Memory:
    rows = await memories.listed(session, project.id)
    for number, row in enumerate(rows, 1):
        if which.strip() in {str(number), str(row.id)}:
            return row
    raise NotFound(f"There is no memory {which}. There are {len(rows)}.")


async def _document(session: AsyncSession, project: Project, which: str) -> Document:
    if (identity := _identity(which)) is not None:
        return await documents.get(session, project.id, identity)
    query = (
        select(Document)
        .where(
            Document.project_id == project.id,
            func.lower(col(Document.name)) == func.lower(storable(which).strip()),
        )
        .order_by(col(Document.id))
        .limit(2)
    )
    found = (await session.exec(query)).all()
    if not found:
        raise NotFound(f"There is no document “{which}”. Write its whole name.")
    if len(found) > 1:
        ids = ", ".join(str(row.id) for row in found)
        raise InvalidRequest(f"Several documents have this name. Write an id: {ids} …")
    return found[0]


async def _integration(session: AsyncSession, project: Project, which: str) -> Integration:
    wanted = which.strip().casefold()
    rows = list(enumerate(await store.listed(session, project.id), 1))
    by_name = [row for _, row in rows if row.name.casefold() == wanted]
    if len(by_name) > 1:
        raise InvalidRequest("Several integrations have this name. Write its number or id.")
    known = [row for number, row in rows if wanted in {str(number), str(row.id)}]
    for row in (*by_name, *known):
        return row
    raise NotFound(f"There is no integration “{which}”.")


def _identity(which: str) -> UUID | None:
    try:
        return UUID(which)
    except ValueError:
        return None
