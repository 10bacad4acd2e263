"""Whether what older answers quote still stands in its document, and where."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.aged import Aged, Moved
from app.chat.events import Citation
from app.chat.sql import FIND_QUOTES
from app.chat.tables import Message


def citations_of(message: Message) -> list[Citation]:
    """What an answer that is kept cites."""
    return msgspec.convert(message.citations, list[Citation])


async def aged(
    session: AsyncSession, project_id: UUID, messages: Iterable[Message]
) -> dict[UUID, list[Aged]]:
    """What these answers cite, by answer, each as it stands now.

    Args:
        session: Open.
        project_id: Whose documents are looked at.
        messages: Of that project's conversations.
    """
    by_message = {message.id: citations_of(message) for message in messages}
    found = iter(await since(session, project_id, [c for cs in by_message.values() for c in cs]))
    return {
        message_id: [next(found) for _ in citations] for message_id, citations in by_message.items()
    }


async def since(
    session: AsyncSession, project_id: UUID, citations: Sequence[Citation]
) -> list[Aged]:
    """What became of each since its answer was written; pages of the web stay as they were read.

    A quote is looked for in its passage, which keeps its id where it moved whole, then in all of
    the document's text, of which the first place counts.
    """
    cited = [one for one in citations if one.document_id is not None]
    if not cited:
        return [Aged(one) for one in citations]
    connection = await session.connection()
    rows = await connection.execute(
        FIND_QUOTES,
        {
            "project": project_id,
            "documents": [one.document_id for one in cited],
            "versions": [one.document_version for one in cited],
            "chunks": [one.chunk_id for one in cited],
            "quotes": [one.quote for one in cited],
        },
    )
    places = {row.place: row for row in rows}
    found = iter(_aged(one, places.get(place)) for place, one in enumerate(cited, start=1))
    return [Aged(one) if one.document_id is None else next(found) for one in citations]


def _aged(citation: Citation, row: Row[tuple[object, ...]] | None) -> Aged:
    if row is None:
        return Aged(citation, is_stale=True)
    if row.is_same:
        return Aged(citation)
    if row.start is None:
        return Aged(citation, is_stale=True, current=row.ready_version)
    if (row.start, row.page_number) == (citation.start, citation.page_number):
        return Aged(citation)
    end = row.start + len(citation.quote)
    return Aged(citation, current=row.ready_version, moved=Moved(row.start, end, row.page_number))
