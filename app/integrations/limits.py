"""How often integrations and their customers may ask: counted in Postgres, for all processes."""

from math import ceil
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.errors import RateLimited
from app.integrations.sql import FORGET, SPEND, TAKE, WAIT

NO_BUDGET = 2_147_483_647
MINUTE_S = 60.0
DAY_S = 3_600  # Said to whom the day's budget refuses: they look again in an hour.


async def take(session: AsyncSession, key: str, per_minute: int) -> None:
    """Take one request from a bucket that holds `per_minute` and fills up evenly in a minute.

    Raises:
        RateLimited: It is empty; the error says when the next request is heard.
    """
    connection = await session.connection()
    parameters = {"key": key, "every_s": MINUTE_S / per_minute}
    if (await connection.execute(TAKE, parameters)).first() is not None:
        return
    wait = (await connection.execute(WAIT, parameters)).scalar() or 0
    raise RateLimited("Too many requests. Wait a moment.", retry_after_s=max(1, ceil(wait)))


async def spend(session: AsyncSession, integration_id: UUID, budget: int | None) -> None:
    """Count a question of today.

    Raises:
        RateLimited: The day's budget is spent.
    """
    connection = await session.connection()
    parameters = {"integration_id": integration_id, "budget": budget or NO_BUDGET}
    if (await connection.execute(SPEND, parameters)).first() is None:
        raise RateLimited("Today's questions are used up. Come back tomorrow.", retry_after_s=DAY_S)


async def forget(session: AsyncSession) -> None:
    """Delete the buckets that are full again."""
    connection = await session.connection()
    await connection.execute(FORGET)
