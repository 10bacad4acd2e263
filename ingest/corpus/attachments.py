"""Which documents came with which: a mail's attachments, and what goes when a mail goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus.attempts import Attempt, effect, held
from ingest.corpus.tables import Attachment, Document


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside a document, with what became of it.

    Attributes:
        document: What it became; None where it was left out or deleted since.
    """

    attachment: Attachment
    document: Document | None


async def listed(session: AsyncSession, project_id: UUID, document_id: UUID) -> Sequence[Enclosure]:
    """Everything that a document holds, in its order."""
    parent = select(Document.id).where(
        Document.project_id == project_id, Document.id == document_id
    )
    found = await session.exec(
        select(Attachment, Document)
        .join(Document, col(Document.id) == col(Attachment.document_id), isouter=True)
        .where(col(Attachment.parent_id).in_(parent))
        .order_by(col(Attachment.ordinal))
    )
    return [Enclosure(attachment, document) for attachment, document in found]


async def parents(session: AsyncSession, documents: Sequence[Document]) -> dict[UUID, str]:
    """Names of the documents that these came with, by id."""
    wanted = {document.parent_id for document in documents if document.parent_id is not None}
    if not wanted:
        return {}
    found = await session.exec(
        select(Document.id, Document.name).where(
            col(Document.id).in_(wanted),
            col(Document.project_id).in_({document.project_id for document in documents}),
        )
    )
    return dict(found.all())


async def depth(session: AsyncSession, document_id: UUID, *, most: int) -> int:
    """How many documents this one lies within, counted up to `most`."""
    count, current = 0, document_id
    while count < most:
        found = await session.exec(select(Document.parent_id).where(Document.id == current))
        parent_id = found.first()
        if parent_id is None:
            break
        count, current = count + 1, parent_id
    return count


async def settle(session: AsyncSession, attempt: Attempt, rows: Sequence[Attachment]) -> list[UUID]:
    """Put what this reading found in the place of what the last one found.

    Returns:
        Documents that came with the last reading alone; they are the caller's to delete.

    Raises:
        LeaseLost: The lease is another's; nothing was written.
    """
    await effect(session, held(attempt).values(attachment_count=len(rows)))
    await session.exec(delete(Attachment).where(col(Attachment.parent_id) == attempt.document_id))
    session.add_all(rows)
    await session.flush()
    still = {row.document_id for row in rows}
    found = await session.exec(
        select(Document.id).where(
            Document.parent_id == attempt.document_id, Document.project_id == attempt.project_id
        )
    )
    dropped = [child for child in found if child not in still]
    return await _going(session, attempt.project_id, dropped)


async def going_with(session: AsyncSession, project_id: UUID, document_id: UUID) -> list[UUID]:
    """The documents that go when this one does: itself first, then what came with it alone.

    What came with another document as well stays, and belongs to that one from now on.
    """
    within = await _within(session, project_id, [document_id])
    within.pop(document_id, None)
    return [document_id, *await _settled(session, within, gone=document_id)]


async def _going(session: AsyncSession, project_id: UUID, candidates: Sequence[UUID]) -> list[UUID]:
    """Those of the candidates, and of what they hold, that no other document holds."""
    within = await _within(session, project_id, candidates)
    within.update(dict.fromkeys(candidates))
    return await _settled(session, within)


async def _within(
    session: AsyncSession, project_id: UUID, roots: Sequence[UUID]
) -> dict[UUID, UUID | None]:
    """Everything that came with these, at any depth: the parent of each."""
    found: dict[UUID, UUID | None] = {}
    level = list(roots)
    while level:
        rows = await session.exec(
            select(Document.id, Document.parent_id)
            .where(col(Document.parent_id).in_(level), Document.project_id == project_id)
            .order_by(col(Document.id))
        )
        fresh = {child: parent for child, parent in rows if child not in found}
        found.update(fresh)
        level = list(fresh)
    return found


async def _settled(
    session: AsyncSession, within: Mapping[UUID, UUID | None], *, gone: UUID | None = None
) -> list[UUID]:
    """Give those that others hold to these; the rest goes."""
    rows = await session.exec(
        select(Attachment.document_id, Attachment.parent_id)
        .where(col(Attachment.document_id).in_(within))
        .order_by(col(Attachment.document_id), col(Attachment.parent_id))
    )
    held_by: dict[UUID, list[UUID]] = {}
    for child, holder in rows:
        if child is not None and holder != gone:
            held_by.setdefault(child, []).append(holder)
    adopted = survivors(within, held_by)
    for child, holder in adopted.items():
        if within[child] != holder:
            await session.exec(
                update(Document).where(col(Document.id) == child).values(parent_id=holder)
            )
    return [child for child in within if child not in adopted]


def survivors(
    within: Mapping[UUID, UUID | None], held_by: Mapping[UUID, Sequence[UUID]]
) -> dict[UUID, UUID]:
    """Which documents stay, and with whom, when what they came with goes.

    Args:
        within: The documents in question, with the parent of each.
        held_by: Documents that hold them, some of which may be in question, too.

    Returns:
        Each one that stays, with the document that it belongs to from now on.
    """
    stays: dict[UUID, UUID] = {}
    found = True
    while found:
        found = False
        for child, parent in within.items():
            if child in stays:
                continue
            holders = [parent] if parent in stays else []
            holders += [one for one in held_by.get(child, ()) if one in stays]
            holders += [one for one in held_by.get(child, ()) if one not in within]
            if holders and holders[0] is not None:
                stays[child], found = holders[0], True
    return stays
