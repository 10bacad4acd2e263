"""From chunks that were found to passages that can be read: neighbours joined, cut to a budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.corpus.sessions import Transactions
from retrieval import sql
from retrieval.diversity import spread
from retrieval.duplicates import Told
from retrieval.fusion import Fused
from retrieval.passage import Passage

Place: TypeAlias = tuple[UUID, int]
"""A document and the ordinal of one of its chunks."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as stored, with what its document adds to it."""

    chunk_id: UUID
    document_id: UUID
    document_name: str
    document_version: int
    ordinal: int
    page_number: int | None
    start: int
    end: int
    heading: str
    text: str
    token_count: int
    gap: str | None = None
    """What stands between this chunk and the next; None where that is not known."""


@dataclass(slots=True)
class Stretch:
    """Consecutive chunks of one document, `first` to `last`, around the hit that came first.

    Attributes:
        taken: Ordinals of the hits among them; the others are neighbours.
        copies: Later hits that say nothing but what stands here, in this document or another.
    """

    hit: Fused
    first: int
    last: int
    taken: set[int] = field(default_factory=set[int])
    copies: list[Fused] = field(default_factory=list[Fused])

    def touches(self, document_id: UUID, first: int, last: int) -> bool:
        """Whether these chunks overlap the stretch or stand right beside it."""
        same = self.hit.document_id == document_id
        return same and self.first - 1 <= last and first <= self.last + 1

    def holds(self, place: Place) -> bool:
        """Whether the chunk at that place is a part."""
        return self.hit.document_id == place[0] and self.first <= place[1] <= self.last


async def fetch(
    connection: AsyncConnection, project_id: UUID, hits: Sequence[Fused], *, reach: int = 0
) -> dict[Place, StoredChunk]:
    """Read the hits' chunks and so many neighbours on either side; what is gone is left out."""
    wanted = sorted(
        {
            (hit.document_id, hit.ordinal + step)
            for hit in hits
            for step in range(-reach, reach + 1)
            if hit.ordinal + step >= 0
        }
    )
    rows = await connection.execute(
        sql.FETCH,
        {
            "project": project_id,
            "documents": [document for document, _ in wanted],
            "ordinals": [ordinal for _, ordinal in wanted],
        },
    )
    return {
        (row.document_id, row.ordinal): StoredChunk(
            chunk_id=row.id,
            document_id=row.document_id,
            document_name=row.name,
            document_version=row.ready_version,
            ordinal=row.ordinal,
            page_number=row.page_number if row.paged else None,
            start=row.start,
            end=row.end,
            heading=row.heading,
            text=row.text,
            token_count=row.token_count,
            gap=row.gap,
        )
        for row in rows
    }


def gather(
    hits: Sequence[Fused],
    chunks: Mapping[Place, StoredChunk],
    *,
    limit: int,
    token_budget: int,
    reach: int = 0,
) -> list[Stretch]:
    """Choose what is read, best first.

    Hits side by side become one stretch; what says the same as one that was taken is a copy of it
    and takes no place; a document that has half of the places gives way to others about as good.
    What the budget leaves over goes to the neighbours of the stretches, the best one's first. The
    first hit is taken whatever its size.

    Args:
        hits: Best first.
        chunks: The hits' chunks and their neighbours.
        limit: Stretches at most.
        token_budget: Tokens at most, over all of them.
        reach: Neighbours on either side that may be added to a stretch.
    """
    stretches: list[Stretch] = []
    told: Told[Place] = Told()
    left = token_budget
    for hit in spread(hits, limit=limit):
        place = (hit.document_id, hit.ordinal)
        chunk = chunks.get(place)
        if chunk is None:
            continue
        if teller := told.holder(chunk.text):
            _holding(stretches, teller).copies.append(hit)
            continue
        if stretches and chunk.token_count > left:
            break
        if _take(stretches, hit, limit):
            told.add(place, joined(_holding(stretches, place), chunks) or chunk.text)
            left -= chunk.token_count
    for _ in range(reach):
        left = _widen(stretches, chunks, left)
    return stretches


def _take(stretches: list[Stretch], hit: Fused, limit: int) -> bool:
    """Add the hit's chunk to the stretches it touches, or as one of its own; False if full."""
    beside = [s for s in stretches if s.touches(hit.document_id, hit.ordinal, hit.ordinal)]
    if not beside:
        if len(stretches) >= limit:
            return False
        stretches.append(Stretch(hit, hit.ordinal, hit.ordinal, {hit.ordinal}))
        return True
    home, *bridged = beside
    home.first = min(hit.ordinal, *(s.first for s in beside))
    home.last = max(hit.ordinal, *(s.last for s in beside))
    home.taken.update({hit.ordinal}, *(s.taken for s in bridged))
    for stretch in bridged:
        stretches.remove(stretch)
        home.copies += stretch.copies
    return True


def _holding(stretches: Sequence[Stretch], place: Place) -> Stretch:
    """The stretch that a taken chunk is a part of."""
    return next(stretch for stretch in stretches if stretch.holds(place))


def _widen(stretches: Sequence[Stretch], chunks: Mapping[Place, StoredChunk], left: int) -> int:
    """Give each stretch the chunk after and before it where the budget allows; what is left."""
    for stretch in stretches:
        for ordinal in (stretch.last + 1, stretch.first - 1):
            place = (stretch.hit.document_id, ordinal)
            chunk = chunks.get(place)
            if chunk is None or chunk.token_count > left or any(s.holds(place) for s in stretches):
                continue
            stretch.first, stretch.last = min(stretch.first, ordinal), max(stretch.last, ordinal)
            left -= chunk.token_count
    return left


def joined(stretch: Stretch, chunks: Mapping[Place, StoredChunk]) -> str | None:
    """The stretch's text, from its chunks and what stands between them; None where that lacks."""
    document = stretch.hit.document_id
    parts: list[str] = []
    for at in range(stretch.first, stretch.last):
        chunk = chunks[document, at]
        if chunk.gap is None:
            return None
        parts += (chunk.text, chunk.gap)
    return "".join([*parts, chunks[document, stretch.last].text])


async def read(
    transactions: Transactions,
    project_id: UUID,
    stretches: Sequence[Stretch],
    chunks: Mapping[Place, StoredChunk],
) -> list[Passage]:
    """Turn stretches into passages whose text is the document's own, character by character.

    One statement; none where nothing has pages and all texts are known from the chunks.
    """
    texts = [joined(stretch, chunks) for stretch in stretches]
    paged = [chunks[s.hit.document_id, s.first].page_number is not None for s in stretches]
    asked = [at for at, text in enumerate(texts) if paged[at] or text is None]
    statement = sql.SPANS if None in texts else sql.PAGES
    found: dict[int, Row[Any] | None] = {}
    if asked:
        async with transactions() as session:
            spans = await _spans(
                await session.connection(),
                statement,
                project_id,
                [stretches[at] for at in asked],
                chunks,
            )
        found = dict(zip(asked, spans, strict=True))
    passages: list[Passage] = []
    for at, stretch in enumerate(stretches):
        span = found.get(at)
        if at in found and span is None:
            continue
        text = texts[at] if span is None or texts[at] is not None else span.text
        whole = passage(stretch.hit, chunks, first=stretch.first, last=stretch.last, text=text)
        if span is not None and whole.page_number is not None:
            pages = tuple(zip(span.page_starts, span.page_numbers, strict=True))
            whole = replace(whole, pages=pages)
        passages.append(whole)
    return passages


async def _spans(
    connection: AsyncConnection,
    statement: TextClause,
    project_id: UUID,
    stretches: Sequence[Stretch],
    chunks: Mapping[Place, StoredChunk],
) -> "list[Row[Any] | None]":
    """Where each stretch stands in its document's pages; None for one that is gone."""
    bounds = [
        (chunks[s.hit.document_id, s.first].start, chunks[s.hit.document_id, s.last].end)
        for s in stretches
    ]
    rows = await connection.execute(
        statement,
        {
            "project": project_id,
            "documents": [s.hit.document_id for s in stretches],
            "starts": [start for start, _ in bounds],
            "stops": [stop for _, stop in bounds],
        },
    )
    found = {row.place - 1: row for row in rows}
    return [found.get(at) for at in range(len(stretches))]


def passage(
    hit: Fused,
    chunks: Mapping[Place, StoredChunk],
    *,
    first: int | None = None,
    last: int | None = None,
    text: str | None = None,
) -> Passage:
    """The passage of one hit, or of the chunks `first` to `last` around it with their `text`."""
    found = chunks[hit.document_id, hit.ordinal]
    head = found if first is None else chunks[hit.document_id, first]
    tail = found if last is None else chunks[hit.document_id, last]
    parts = [chunks[hit.document_id, at] for at in range(head.ordinal, tail.ordinal + 1)]
    return Passage(
        chunk_id=found.chunk_id,
        document_id=found.document_id,
        document_name=found.document_name,
        document_version=found.document_version,
        page_number=found.page_number,
        start=head.start,
        end=tail.end,
        heading=found.heading,
        text=found.text if text is None else text,
        score=hit.score,
        similarity=hit.similarity,
        ranks=hit.ranks,
        token_count=sum(part.token_count for part in parts),
    )
