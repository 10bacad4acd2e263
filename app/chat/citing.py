"""Where a cited passage stands: in its document as it is now, or in what its answers kept."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.chat.aging import since
from app.chat.errors import SourceGone
from app.chat.events import Citation
from app.chat.tables import Conversation, Message, MessageSource
from app.errors import NotFound
from ingest.corpus import word_boxes
from ingest.corpus.tables import Chunk, Document, Page

AROUND = 700  # Characters of context on either side.


@dataclass(frozen=True, slots=True)
class Quoted:
    """A stretch of a passage that an answer quotes.

    Attributes:
        start: Offset in the document's text, of the version that was read.
        message_id: Which answer; None for the newest that quotes there.
    """

    start: int
    end: int
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and what stands around it.

    Attributes:
        snippet: The passage; `document text[start:end]` of the version that answers now, or of the
            one that was read where it is stale.
        context: Holds the snippet.
        document: The row as it is now; None for a page of the web, which has a `url`.
        page: The page on which the passage begins; None where its text is a kept one.
        stale: The document was changed since, and holds the passage no more.
        document_version: The version that the snippet is of; None for a page of the web.
        current_version: The one that answers now.
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
    document_version: int | None = None
    current_version: int | None = None
    url: str | None = None


async def place(
    session: AsyncSession, principal: Principal, chunk_id: UUID, quoted: Quoted | None = None
) -> Place:
    """Find a passage, or the stretch of it that an answer quotes, for whoever may use its project.

    What its document still holds is found where it stands now.

    Raises:
        NotFound: No chunk of this id is stored or was ever cited; or it is a page of the web that
            somebody else's conversation cites.
        AccessDenied: Its project is closed to the caller.
        SourceGone: Its document was deleted; the error carries the quote that was kept.
    """
    chunk = await session.get(Chunk, chunk_id)
    if chunk is not None:
        await resolver.require(session, chunk.project_id, principal, "use")
        kept = await _quoting(session, chunk_id, quoted) if quoted else None
        if quoted is None or kept is None:
            return await _live(session, chunk)
        return await _again(session, chunk.project_id, kept, quoted)
    kept, conversation = await _kept(session, chunk_id)
    if kept.url is not None and conversation.user_id != principal.user.id:
        # A document is its project's; a page of the web was read for one conversation.
        raise NotFound("There is no such passage.")
    project_id = conversation.project_id
    await resolver.require(session, project_id, principal, "use")
    if kept.url is not None:
        return _page_of_web(kept)
    quoting = await _quoting(session, chunk_id, quoted) if quoted else None
    return await _again(session, project_id, quoting or kept, quoted if quoting else None)


async def _again(
    session: AsyncSession, project_id: UUID, kept: MessageSource, quoted: Quoted | None
) -> Place:
    """Where a passage that was kept, or a stretch of it, stands in its document now.

    Raises:
        SourceGone: The document was deleted.
    """
    document = await session.get(Document, kept.document_id)
    if document is None or document.project_id != project_id:
        raise SourceGone(
            "The document was deleted. This is what the answer quoted from it.",
            documentName=kept.document_name,
            pageNumber=kept.page_number,
            quote=kept.text,
        )
    wanted = quoted or Quoted(kept.start, kept.end)
    (found,) = await since(session, project_id, [_citation(kept, wanted)])
    if found.is_stale:
        return _stale(kept, document)
    there = found.moved
    start, end = (there.start, there.end) if there else (wanted.start, wanted.end)
    return await _standing(session, document, kept.chunk_id, start, end)


def _citation(kept: MessageSource, wanted: Quoted) -> Citation:
    return Citation(
        index=kept.index,
        chunk_id=kept.chunk_id,
        document_id=kept.document_id,
        document_name=kept.document_name,
        page_number=kept.page_number,
        start=wanted.start,
        end=wanted.end,
        quote=kept.text[wanted.start - kept.start : wanted.end - kept.start],
        support="exact",
        document_version=kept.document_version,
    )


def _stale(kept: MessageSource, document: Document) -> Place:
    return Place(
        chunk_id=kept.chunk_id,
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
        document_version=kept.document_version,
        current_version=document.ready_version,
    )


async def words(session: AsyncSession, place: Place) -> bytes | None:
    """The packed boxes of the words on the passage's page; None where none are kept."""
    if place.document is None or place.page is None:
        return None
    project_id = place.document.project_id
    return await word_boxes.of_page(session, project_id, place.document.id, place.page.number)


async def _live(session: AsyncSession, chunk: Chunk) -> Place:
    document = await session.get_one(Document, chunk.document_id)
    return await _standing(session, document, chunk.id, chunk.start, chunk.end)


async def _standing(
    session: AsyncSession, document: Document, chunk_id: UUID, start: int, end: int
) -> Place:
    """A stretch of the document's text as it is now, with its surroundings."""
    first, last = max(start - AROUND, 0), end + AROUND
    query = (
        select(Page)
        .where(Page.document_id == document.id, col(Page.start) < last, col(Page.end) > first)
        .order_by(col(Page.number))
    )
    pages = list(await session.exec(query))
    text, begin = "".join(page.text for page in pages), pages[0].start if pages else 0
    page = next((page for page in reversed(pages) if page.start <= start), None)
    return Place(
        chunk_id=chunk_id,
        document_id=document.id,
        document_name=document.name,
        page_number=page.number if page is not None and document.paged else None,
        snippet=text[start - begin : end - begin],
        context=text[max(first - begin, 0) : last - begin],
        start=start,
        end=end,
        document=document,
        page=page,
        stale=False,
        document_version=document.ready_version,
        current_version=document.ready_version,
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


async def _quoting(session: AsyncSession, chunk_id: UUID, quoted: Quoted) -> MessageSource | None:
    """The source of an answer that holds the stretch that it quotes; None where none does."""
    query = (
        select(MessageSource)
        .where(
            MessageSource.chunk_id == chunk_id,
            col(MessageSource.url).is_(None),
            col(MessageSource.start) <= quoted.start,
            col(MessageSource.end) >= quoted.end,
        )
        .order_by(col(MessageSource.message_id).desc(), literal_column("index"))
        .limit(1)
    )
    if quoted.message_id is not None:
        query = query.where(MessageSource.message_id == quoted.message_id)
    return (await session.exec(query)).first()
