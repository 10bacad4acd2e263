"""A large project's own approximate index: built, replaced and dropped beside the traffic."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from retrieval import sql

MOST_DIMENSIONS = 4_000
"""What pgvector's HNSW takes of half-precision vectors."""


async def build_dense_index(
    connection: AsyncConnection,
    project_id: UUID,
    *,
    embedder: str,
    dimensions: int,
    keep: Collection[str] = (),
) -> bool:
    """Give the project an index over its vectors in one embedder's space.

    What an interrupted build left behind, and indexes over spaces that are not to be kept, are
    dropped. Readers and writers go on meanwhile; until it is whole, searches scan exactly.

    Args:
        connection: Without a transaction (isolation level AUTOCOMMIT).
        project_id: The project; its rows alone are in the index.
        embedder: Name of the space.
        dimensions: Length of its vectors.
        keep: Names of other spaces whose indexes stay.

    Returns:
        Whether an index was built: False where it was there, or the vectors are too long for one.
    """
    name = sql.index_name(project_id, embedder)
    present = False
    kept = {sql.index_name(project_id, each) for each in keep}
    for index in await _indexes(connection, project_id):
        if index["name"] == name and index["valid"]:
            present = True
        elif index["name"] == name or index["name"] not in kept:
            await connection.exec_driver_sql(sql.drop_index(index["name"]))
    if present or dimensions > MOST_DIMENSIONS:
        return False
    await connection.exec_driver_sql(sql.create_index(project_id, embedder, dimensions))
    return True


async def drop_dense_index(connection: AsyncConnection, project_id: UUID) -> None:
    """Drop every approximate index of the project: when it goes, or has become small.

    Args:
        connection: Without a transaction (isolation level AUTOCOMMIT).
        project_id: The project.
    """
    for index in await _indexes(connection, project_id):
        await connection.exec_driver_sql(sql.drop_index(index["name"]))


async def tend_dense_indexes(
    connection: AsyncConnection,
    *,
    spaces: Mapping[str, int],
    exact_rows: int,
    keep: Collection[str] = (),
    wait: bool = False,
) -> int:
    """Give every large project its indexes and drop those whose project is small or gone.

    One process at a time does so; the others find nothing to do.

    Args:
        connection: Without a transaction (isolation level AUTOCOMMIT).
        spaces: Those that are searched, by name: the length of their vectors.
        exact_rows: Up to so many chunks a project needs none.
        keep: Spaces whose indexes stay where they are.
        wait: Whether to wait for a process that does so already.

    Returns:
        How many indexes were built.
    """
    claim = sql.AWAIT_UPKEEP if wait else sql.CLAIM_UPKEEP
    if not (await connection.execute(claim)).scalar_one():
        return 0
    try:
        large = (await connection.execute(sql.LARGE_PROJECTS, {"rows": exact_rows})).scalars()
        projects: list[UUID] = list(large)
        wanted = tuple(sql.index_prefix(project) for project in projects)
        rows = await connection.execute(sql.INDEXES, {"prefix": sql.INDEX_FAMILY})
        for index in rows.mappings().all():
            if not str(index["name"]).startswith(wanted):
                await connection.exec_driver_sql(sql.drop_index(index["name"]))
        built = 0
        for project in projects:
            for name, dimensions in spaces.items():
                built += await build_dense_index(
                    connection,
                    project,
                    embedder=name,
                    dimensions=dimensions,
                    keep={*spaces, *keep},
                )
        return built
    finally:
        await connection.execute(sql.RELEASE_UPKEEP)


async def _indexes(connection: AsyncConnection, project_id: UUID) -> list[RowMapping]:
    rows = await connection.execute(sql.INDEXES, {"prefix": sql.index_prefix(project_id)})
    return list(rows.mappings())
