"""Which words are common in a large project: counted beside the traffic, now and then."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from retrieval import sql

DRIFT = 0.25
"""Share by which a project grows or shrinks before its words are counted again."""


async def tend_word_census(
    connection: AsyncConnection, *, rows: int = sql.CENSUS_ROWS, common: int = sql.COMMON
) -> int:
    """Count the words of large projects that changed much, and forget those that became small.

    One process at a time does so; the others find nothing to do. What is searched meanwhile goes
    by the count before, and without one looks every word up.

    Args:
        connection: Without a transaction (isolation level AUTOCOMMIT).
        rows: Chunks from where on a project is counted.
        common: Chunks that hold a word, from where on it is noted.

    Returns:
        How many projects were counted.
    """
    if not (await connection.execute(sql.CLAIM_CENSUS)).scalar_one():
        return 0
    try:
        await connection.execute(sql.FORGET_CENSUSES, {"rows": rows})
        found = await connection.execute(sql.UNCOUNTED_PROJECTS, {"rows": rows, "drift": DRIFT})
        projects: list[UUID] = list(found.scalars())
        for project in projects:
            await connection.execute(sql.COUNT_WORDS, {"project": project, "common": common})
        return len(projects)
    finally:
        await connection.execute(sql.RELEASE_CENSUS)
