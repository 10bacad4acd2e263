"""Why an answer was written from its passages: kept with it, told with what is still there."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.material import snippet
from app.chat.tables import AnswerTrace, Message, MessageSource
from ingest.corpus.tables import Chunk, Document
from retrieval.trace import Candidate, Fate, SearchTrace

SNIPPET_CHARS = 160

Outcome: TypeAlias = Fate | Literal["not_relevant", "over_prompt"]
"""What became of a candidate in the end: of those that were chosen, some are left out nevertheless,
since the documents did not seem to speak of the question, or since the prompt was full."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A trace, and what it names as it is now.

    Attributes:
        documents: Those that are still there.
        snippets: How the chunks that are still there begin, by chunk.
        numbers: Of the answer's sources, by the chunk that was found.
        cited: The numbers that the answer uses.
    """

    trace: SearchTrace
    documents: AbstractSet[UUID]
    snippets: Mapping[UUID, str]
    numbers: Mapping[UUID, int]
    cited: AbstractSet[int]

    def number(self, candidate: Candidate) -> int | None:
        """The source that the candidate is part of; None where it was not sent with the answer."""
        return self.numbers.get(candidate.passage) if candidate.passage else None

    def outcome(self, candidate: Candidate) -> Outcome:
        """What became of a candidate in the end."""
        if candidate.passage is None:
            return candidate.fate
        if not self.trace.relevant:
            return "not_relevant"
        return "over_prompt" if self.number(candidate) is None else candidate.fate


def trace_row(message_id: UUID, trace: SearchTrace) -> AnswerTrace:
    """A trace as it is kept."""
    return AnswerTrace(message_id=message_id, data=msgspec.to_builtins(trace))


async def of_answer(session: AsyncSession, message: Message, project_id: UUID) -> Traced | None:
    """Why the answer was written from its passages; None where no documents were searched for it.

    The project is the message's: nothing of another one is read.
    """
    kept = await session.get(AnswerTrace, message.id)
    if kept is None:
        return None
    trace = msgspec.convert(kept.data, SearchTrace)
    named = {candidate.document_id for candidate in trace.candidates}
    documents = select(Document.id).where(
        Document.project_id == project_id, col(Document.id).in_(named)
    )
    return Traced(
        trace,
        frozenset(await session.exec(documents)),
        await _snippets(session, trace, project_id),
        await _numbers(session, message.id),
        frozenset(_indexes(message)),
    )


async def _snippets(session: AsyncSession, trace: SearchTrace, project_id: UUID) -> dict[UUID, str]:
    found = {candidate.chunk_id for candidate in trace.candidates}
    begins = select(Chunk.id, func.left(Chunk.text, 2 * SNIPPET_CHARS)).where(
        Chunk.project_id == project_id, col(Chunk.id).in_(found)
    )
    return {chunk: snippet(text, SNIPPET_CHARS) for chunk, text in await session.exec(begins)}


async def _numbers(session: AsyncSession, message_id: UUID) -> dict[UUID, int]:
    sent = select(MessageSource.chunk_id, MessageSource.index).where(
        MessageSource.message_id == message_id
    )
    return dict((await session.exec(sent)).all())


def _indexes(message: Message) -> list[int]:
    indexes = (citation.get("index") for citation in message.citations)
    return [index for index in indexes if isinstance(index, int)]
