"""The tools by name: what a model is offered, and what commands use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.errors import AccessDenied
from app.access.standing import Standing, fallen
from app.errors import InvalidRequest, NotFound
from app.management import drafting, reading
from app.management.drafting import Draft
from app.management.reading import Found
from ingest.corpus import projects
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Project
from providers.contract import Tool

Run: TypeAlias = Callable[[AsyncSession, Project, Any], Awaitable[Found | Draft]]

TOOLS: Final[Mapping[str, tuple[Run, type[msgspec.Struct]]]] = {
    "read_project": (reading.read_project, reading.Nothing),
    "list_memories": (reading.list_memories, reading.Nothing),
    "list_documents": (reading.list_documents, reading.WhichDocuments),
    "list_integrations": (reading.list_integrations, reading.Nothing),
    "unanswered_questions": (reading.unanswered_questions, reading.Period),
    "inbox_counts": (reading.inbox_counts, reading.Nothing),
    "set_instructions": (drafting.set_instructions, drafting.Text),
    "append_instructions": (drafting.append_instructions, drafting.Text),
    "add_memory": (drafting.add_memory, drafting.Text),
    "change_memory": (drafting.change_memory, drafting.OneMemoryText),
    "delete_memory": (drafting.delete_memory, drafting.OneMemory),
    "delete_document": (drafting.delete_document, drafting.OneDocument),
    "retry_document": (drafting.retry_document, drafting.OneDocument),
    "change_integration": (drafting.change_integration, drafting.IntegrationChange),
}


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools in the hands of one person, in one project.

    Attributes:
        transactions: Opens a transaction; none is open between two uses.
        standing: On what the person stands; it is looked up again at each use.
    """

    transactions: Transactions
    standing: Standing

    async def use(self, name: str, arguments: Mapping[str, object]) -> Found | Draft:
        """Look at something, or draft a change; nothing is changed.

        Raises:
            AccessDenied: The person's access has ended.
            InvalidRequest: There is no such tool, or it does not take these arguments.
            NotFound: They name something that is not there.
            IngestError: The same, of a document.
        """
        if name not in TOOLS:
            raise InvalidRequest(f"There is no tool {name[:80]!r}.")
        run, kind = TOOLS[name]
        try:
            asked = msgspec.convert(arguments, kind, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidRequest(f"This does not fit: {error}.") from error
        async with self.transactions() as session:
            return await run(session, await reach(session, self.standing), asked)


async def reach(session: AsyncSession, standing: Standing, *, lock: bool = False) -> Project:
    """The project, for a person whose standing holds in this very transaction.

    Raises:
        AccessDenied: It does not.
        NotFound: The project is gone.
    """
    if await fallen(session, [standing]):
        raise AccessDenied("Your access to this project has ended.")
    look = projects.lock if lock else projects.get
    project = await look(session, standing.project_id)
    if project is None:
        raise NotFound("There is no such project.")
    return project


@cache
def offered() -> Sequence[Tool]:
    """What a model is told of the tools."""
    return tuple(_described(name, run, kind) for name, (run, kind) in TOOLS.items())


def _described(name: str, run: Run, kind: type[msgspec.Struct]) -> Tool:
    _, components = msgspec.json.schema_components((kind,))
    schema = {key: value for key, value in components[kind.__name__].items() if key != "title"}
    about = (run.__doc__ or "").partition("\n")[0]
    return Tool(name, about, schema)
