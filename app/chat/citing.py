"""Where a cited passage stands: in the live document, or in what its answers kept of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.chat.errors import SourceGone
from app.chat.tables import Conversation, Message, MessageSource
from app.errors import NotFound
from ingest.corpus import word_boxes
from ingest.corpus.tables import Chunk, Document, Page

AROUND = 700  # Characters of context on either side.


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and what stands around it.

    Attributes:
        snippet: The passage; `document text[start:end]` of the version that was read.
        context: Holds the snippet.
        document: The row as it is now; None for a page of the web, which has a `url`.
        page: The page on which the passage begins; None where its text is a kept one.
        stale: The document was changed since.
    """

    chunk_id: UUID
    document_id: UUID | None
    document_name: str
    page_number: int | None
    snippet: str
    context: str
    start: int
    end: int
    document: Document | None
    page: Page | None
    stale: bool
    url: str | None = None


async def place(session: AsyncSession, principal: Principal, chunk_id: UUID) -> Place:
    """Find a passage for somebody who may use its project.

    Raises:
        NotFound: No chunk of this id is stored or was ever cited; or it is a page of the web that
            somebody else's conversation cites.
        AccessDenied: Its project is closed to the caller.
        SourceGone: Its document was deleted; the error carries the quote that was kept.
    """
    chunk = await session.get(Chunk, chunk_id)
    if chunk is not None:
        await resolver.require(session, chunk.project_id, principal, "use")
        return await _live(session, chunk)
    kept, conversation = await _kept(session, chunk_id)
    if kept.url is not None and conversation.user_id != principal.user.id:
        # A document is its project's; a page of the web was read for one conversation.
        raise NotFound("There is no such passage.")
    project_id = conversation.project_id
    await resolver.require(session, project_id, principal, "use")
    if kept.url is not None:
        return _page_of_web(kept)
    document = await session.get(Document, kept.document_id)
    if document is None or document.project_id != project_id:
        raise SourceGone(
            "The document was deleted. This is what the answer quoted from it.",
            documentName=kept.document_name,
            pageNumber=kept.page_number,
            quote=kept.text,
        )
    return Place(
        chunk_id=chunk_id,
        document_id=document.id,
        document_name=document.name,
        page_number=kept.page_number,
        snippet=kept.text,
        context=kept.text,
        start=kept.start,
        end=kept.end,
        document=document,
        page=None,
        stale=True,
    )


async def words(session: AsyncSession, place: Place) -> bytes | None:
    """The packed boxes of the words on the passage's page; None where none are kept."""
    if place.document is None or place.page is None:
        return None
    project_id = place.document.project_id
    return await word_boxes.of_page(session, project_id, place.document.id, place.page.number)


async def _live(session: AsyncSession, chunk: Chunk) -> Place:
    document = await session.get_one(Document, chunk.document_id)
    first, last = max(chunk.start - AROUND, 0), chunk.end + AROUND
    query = (
        select(Page)
        .where(Page.document_id == document.id, col(Page.start) < last, col(Page.end) > first)
        .order_by(col(Page.number))
    )
    pages = list(await session.exec(query))
    text, begin = "".join(page.text for page in pages), pages[0].start if pages else 0
    return Place(
        chunk_id=chunk.id,
        document_id=document.id,
        document_name=document.name,
        page_number=chunk.page_number if document.paged else None,
        snippet=chunk.text,
        context=text[max(first - begin, 0) : last - begin] or chunk.text,
        start=chunk.start,
        end=chunk.end,
        document=document,
        page=next((page for page in pages if page.number == chunk.page_number), None),
        stale=False,
    )


def _page_of_web(kept: MessageSource) -> Place:
    return Place(
        chunk_id=kept.chunk_id,
        document_id=None,
        document_name=kept.document_name,
        page_number=None,
        snippet=kept.text,
        context=kept.text,
        start=kept.start,
        end=kept.end,
        document=None,
        page=None,
        stale=False,
        url=kept.url,
    )


async def _kept(session: AsyncSession, chunk_id: UUID) -> tuple[MessageSource, Conversation]:
    query = (
        select(MessageSource, Conversation)
        .join(Message, col(Message.id) == col(MessageSource.message_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(MessageSource.chunk_id == chunk_id)
        .order_by(col(MessageSource.message_id).desc(), literal_column("index"))
        .limit(1)
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("There is no such passage.")
    return found
