"""Many chunks with made-up vectors: what plans and approximate indexes are tested on."""

from uuid import UUID, uuid4

import numpy as np
from pgvector import HalfVector
from sqlmodel.ext.asyncio.session import AsyncSession

from providers.contract import Vectors
from tests.evaluation import sql

CLUSTERS = 40


def clustered(count: int, dimensions: int, seed: int) -> Vectors:
    """Unit vectors in clusters, as those of texts are; shape (count, dimensions)."""
    dice = np.random.default_rng(seed)
    centres = dice.normal(size=(CLUSTERS, dimensions))
    spread = dice.normal(size=(count, dimensions)) * 0.6
    vectors = centres[dice.integers(CLUSTERS, size=count)] + spread
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


async def fill(
    session: AsyncSession, project: UUID, vectors: Vectors, *, embedder: str, word: str = "slate"
) -> UUID:
    """Store one document with a chunk a vector; every chunk says its number and the word."""
    document = uuid4()
    connection = await session.connection()
    await connection.execute(
        sql.ADD_DOCUMENT,
        {
            "id": document,
            "project": project,
            "name": f"{word}.txt",
            "size": 1,
            "sha256": document.hex * 2,
            "chunks": len(vectors),
            "paged": False,
            "language": "english",
        },
    )
    await connection.execute(
        sql.ADD_CHUNK,
        [
            {
                "id": uuid4(),
                "project": project,
                "document": document,
                "language": "english",
                "ordinal": number,
                "page": 1,
                "start": number * 10,
                "end": number * 10 + 9,
                "text": f"{word} number {number}",
                "tokens": 5,
                "gap": None,
                "embedder": embedder,
                "embedding": HalfVector(vector).to_text(),
                "searchable": f"{word} number {number}",
            }
            for number, vector in enumerate(vectors)
        ],
    )
    return document
