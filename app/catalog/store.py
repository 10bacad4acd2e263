"""Rows of providers: exactly one is the default."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.catalog.tables import Provider
from app.errors import NotFound
from ingest.corpus.tables import now

BUILT_IN = "extractive"
OPENAI = "openai"
BUILT_IN_MODEL = "quotes"  # As providers/extractive.py calls itself: extractive/quotes.


async def ensure_built_in(session: AsyncSession) -> None:
    """Add the row of the answerer that needs no key, once; the default where there is none."""
    found = await session.exec(select(Provider.id).where(Provider.is_default))
    row = Provider(
        name="Quotes (built in)",
        slug=BUILT_IN,
        type=BUILT_IN,
        models=[BUILT_IN_MODEL],
        is_default=found.first() is None,
    )
    statement = insert(Provider).values(row.model_dump()).on_conflict_do_nothing()
    await session.exec(statement)


async def every(session: AsyncSession) -> list[Provider]:
    """All of them, the default first, then by name."""
    query = select(Provider).order_by(
        col(Provider.is_default).desc(), col(Provider.name), col(Provider.id)
    )
    return list(await session.exec(query))


async def get(session: AsyncSession, provider_id: UUID, *, lock: bool = False) -> Provider:
    """One of them.

    Raises:
        NotFound: There is none of this id.
    """
    query = select(Provider).where(Provider.id == provider_id)
    provider = (await session.exec(query.with_for_update() if lock else query)).one_or_none()
    if provider is None:
        raise NotFound("There is no such provider.")
    return provider


async def make_default(session: AsyncSession, provider: Provider) -> None:
    """Make it the one default."""
    others = (col(Provider.is_default), col(Provider.id) != provider.id)
    await session.exec(update(Provider).where(*others).values(is_default=False, updated_at=now()))
    provider.is_default = True
    provider.is_enabled = True
    session.add(provider)
    await session.flush()


async def built_in(session: AsyncSession) -> Provider:
    """The built-in answerer's row."""
    await ensure_built_in(session)
    return (await session.exec(select(Provider).where(Provider.type == BUILT_IN))).one()


async def has_real_default(session: AsyncSession) -> bool:
    """Whether the default is an endpoint that somebody added."""
    query = select(Provider.id).where(Provider.is_default, Provider.type != BUILT_IN)
    return (await session.exec(query)).first() is not None
