"""Jobs that send, put into the queue in the transaction that made their reason."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.webhooks.sql import FORGET, FORGOTTEN, SEND_LATER

QUEUE = "webhooks"
SEND = "send_webhook"
KEPT_DAYS = 30


async def send_later(session: AsyncSession, delivery_id: UUID, pause_s: float = 0.0) -> None:
    """Have something sent after a pause."""
    connection = await session.connection()
    await connection.execute(SEND_LATER, {"delivery_id": str(delivery_id), "pause_s": pause_s})


async def send_forgotten(session: AsyncSession, *, grace_s: float) -> int:
    """Give a job to everything that has been due for that long; how many there were."""
    connection = await session.connection()
    found = list((await connection.execute(FORGOTTEN, {"grace_s": grace_s})).scalars())
    for delivery_id in found:
        await send_later(session, delivery_id)
    return len(found)


async def forget(session: AsyncSession) -> None:
    """Delete what was sent, or given up, long ago."""
    connection = await session.connection()
    await connection.execute(FORGET, {"days": KEPT_DAYS})
