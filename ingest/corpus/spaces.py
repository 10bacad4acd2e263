"""Vector spaces: which one searches go by, and how another takes its place.

A space is an embedding model's. Exactly one is active; at most one is being filled beside it, and
takes its place in one transaction when no chunk lacks a vector of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus import sql
from ingest.corpus.half_vector import ShortHalfVector
from ingest.corpus.tables import SpaceState, VectorSpace
from ingest.errors import SpaceChanged
from providers.contract import Embedder, Vectors

FIRST = UUID(int=0)
"""Before every chunk's id."""
_IN_USE = (SpaceState.ACTIVE, SpaceState.FILLING)


@dataclass(frozen=True, slots=True)
class Reached:
    """A space, and its model where that can be reached.

    Attributes:
        failing: Whether the filling of it stands still because the model failed.
    """

    name: str
    embedder: Embedder | None
    failing: bool = False


class Spaces(Protocol):
    """The models of the spaces in use, as a process reaches them."""

    async def active(self) -> Reached:
        """The space that searches go by, as known here."""
        ...

    async def written(self) -> Sequence[Reached]:
        """The spaces that new chunks get vectors in, the active one first, as they are now."""
        ...

    async def renew(self) -> None:
        """Look again: what is known here is no longer so."""
        ...


class OneSpace:
    """One model for ever: where nobody changes it."""

    def __init__(self, embedder: Embedder) -> None:
        self._reached = Reached(embedder.name, embedder)

    async def active(self) -> Reached:
        """The one there is."""
        return self._reached

    async def written(self) -> Sequence[Reached]:
        """The one there is."""
        return [self._reached]

    async def renew(self) -> None:
        """Nothing changes."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A chunk without a vector."""

    id: UUID
    heading: str
    text: str
    token_count: int


async def in_use(session: AsyncSession) -> list[VectorSpace]:
    """The active space and, behind it, the one that is being filled."""
    query = (
        select(VectorSpace)
        .where(col(VectorSpace.state).in_(_IN_USE))
        .order_by(col(VectorSpace.state), col(VectorSpace.name))
    )
    return list((await session.exec(query)).all())


async def hold_active(session: AsyncSession) -> str | None:
    """The active space's name, which stays so until this transaction ends."""
    query = (
        select(VectorSpace.name)
        .where(VectorSpace.state == SpaceState.ACTIVE)
        .with_for_update(read=True)
    )
    return (await session.exec(query)).first()


async def choose(
    session: AsyncSession, name: str, dimensions: int, spec: Mapping[str, object]
) -> None:
    """Make a model the one to go by: at once where there is none, else when its space is filled.

    A space that was being filled for another model is given up.
    """
    connection = await session.connection()
    await connection.execute(sql.SPACES_LOCK)
    active = (
        await session.exec(select(VectorSpace).where(VectorSpace.state == SpaceState.ACTIVE))
    ).first()
    others = update(VectorSpace).where(
        col(VectorSpace.state) == SpaceState.FILLING, col(VectorSpace.name) != name
    )
    await session.exec(others.values(state=SpaceState.RETIRED, changed_at=func.clock_timestamp()))
    space = await session.get(VectorSpace, name)
    if space is None:
        space = VectorSpace(name=name, dimensions=dimensions, state=SpaceState.FILLING)
    if active is None:
        space.state = SpaceState.ACTIVE
    elif active.name != name:
        space.state = SpaceState.FILLING
    space.dimensions, space.spec = dimensions, dict(spec)
    session.add(space)


async def note(session: AsyncSession, name: str, error: str | None) -> None:
    """Write down why a space can't be filled or asked, or that it can again."""
    changed = update(VectorSpace).where(
        col(VectorSpace.name) == name, col(VectorSpace.error).is_distinct_from(error)
    )
    await session.exec(changed.values(error=error))


async def missing(session: AsyncSession, name: str, after: UUID, limit: int) -> list[Unplaced]:
    """Chunks without a vector in the space, in the order of their ids."""
    connection = await session.connection()
    rows = await connection.execute(sql.MISSING, {"space": name, "after": after, "limit": limit})
    return [Unplaced(row.id, row.heading, row.text, row.token_count) for row in rows]


async def place(session: AsyncSession, name: str, ids: Sequence[UUID], vectors: Vectors) -> None:
    """Store vectors of chunks; of those that are gone, none."""
    connection = await session.connection()
    texts = [ShortHalfVector(vector).to_text() for vector in vectors]
    await connection.execute(sql.ADD_VECTORS, {"space": name, "ids": list(ids), "vectors": texts})


async def longer_than(session: AsyncSession, window: int) -> int:
    """How many chunks have more tokens than a model reads, as they were counted."""
    connection = await session.connection()
    return (await connection.execute(sql.LONGER, {"window": window})).scalar_one()


async def counted(session: AsyncSession, name: str) -> tuple[int, int]:
    """How many chunks have a vector in the space, and how many there are."""
    connection = await session.connection()
    row = (await connection.execute(sql.COUNTED, {"space": name})).one()
    return row.done, row.total


async def promote(session: AsyncSession, name: str) -> None:
    """Let searches go by a space that was filled, unless a chunk lacks a vector of it.

    Whoever stores a document holds the active space (`hold_active`): from here to the end of the
    transaction none is stored.

    Raises:
        SpaceChanged: A chunk lacks one, or the space is not wanted any more.
    """
    connection = await session.connection()
    await connection.execute(sql.SPACES_LOCK)
    moment = func.clock_timestamp()
    await session.exec(
        update(VectorSpace)
        .where(col(VectorSpace.state) == SpaceState.ACTIVE)
        .values(state=SpaceState.RETIRED, changed_at=moment, error=None)
    )
    if (await connection.execute(sql.ANY_MISSING, {"space": name})).scalar_one():
        raise SpaceChanged("A chunk came in between.")
    done = await session.exec(
        update(VectorSpace)
        .where(col(VectorSpace.name) == name, col(VectorSpace.state) == SpaceState.FILLING)
        .values(state=SpaceState.ACTIVE, changed_at=moment, error=None)
    )
    if done.rowcount == 0:
        raise SpaceChanged("The space is not wanted any more.")


async def forget(session: AsyncSession, *, grace: timedelta, limit: int) -> int:
    """Delete some vectors of spaces given up so long ago; at last the spaces.

    Returns:
        How many vectors there were: again, where as many as `limit`.
    """
    connection = await session.connection()
    wanted = {"grace": grace, "limit": limit}
    gone = (await connection.execute(sql.FORGET_RETIRED, wanted)).rowcount
    if gone < limit:
        await connection.execute(sql.FORGET_SPACES, {"grace": grace})
    return gone
