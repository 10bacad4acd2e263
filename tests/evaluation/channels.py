"""Both channels by themselves, before anything is made of what they found."""

from sqlalchemy.ext.asyncio import AsyncConnection

from providers.contract import Vectors
from retrieval.candidates import (
    Channels,
    Effort,
    Reach,
    find_by_meaning,
    find_by_words,
    look,
)


async def find(
    connection: AsyncConnection,
    reach: Reach,
    *,
    question: str,
    vector: Vectors,
    embedder: str,
    effort: Effort,
) -> Channels:
    """Ask both, one after the other, in the connection's transaction."""
    opened = await look(connection, reach, embedder, effort)
    words = await find_by_words(connection, reach, question, opened, effort)
    near = await find_by_meaning(connection, reach, vector, embedder, opened, effort)
    return Channels(opened.chunks, near, words, opened.space)
