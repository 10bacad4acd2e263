"""How often somebody may try: failures are counted by account and by address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.errors import RateLimited
from app.accounts.tables import SignInFailure
from ingest.corpus.tables import now

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50


def sign_in_buckets(email: str, address: str) -> list[str]:
    """Where a failed sign-in counts; the account comes first."""
    account = sha256(email.strip().lower().encode()).hexdigest()
    return [f"account:{account}", f"address:{address}"]


def link_buckets(address: str) -> list[str]:
    """Where a one-time link counts that opens nothing; apart from sign-in, which goes on."""
    return [f"links:{address}"]


def sign_on_buckets(address: str) -> list[str]:
    """Where an answer of the issuer counts that lets nobody in."""
    return [f"sign_on:{address}"]


async def check(session: AsyncSession, buckets: Sequence[str]) -> None:
    """Hear one more try.

    Raises:
        RateLimited: There were too many; the error says when the next one is heard.
    """
    since = now() - WINDOW
    for bucket in buckets:
        limit = TRIES_PER_ACCOUNT if bucket.startswith("account:") else TRIES_PER_ADDRESS
        count, oldest = await _failures(session, bucket, since)
        if count >= limit:
            wait = max(1, int((oldest + WINDOW - now()).total_seconds()) + 1)
            raise RateLimited(
                f"Too many failed tries. Try again in {max(1, wait // 60)} min.",
                retry_after_s=wait,
            )


async def note(session: AsyncSession, buckets: Sequence[str]) -> None:
    """Count one failure in each bucket, and forget those of yesterday."""
    at = now()
    rows = [{"bucket": bucket, "at": at} for bucket in buckets]
    await session.exec(insert(SignInFailure).values(rows).on_conflict_do_nothing())
    await session.exec(delete(SignInFailure).where(col(SignInFailure.at) < at - timedelta(days=1)))


async def forget(session: AsyncSession, bucket: str) -> None:
    """Start the bucket's count anew, after a right password."""
    await session.exec(delete(SignInFailure).where(col(SignInFailure.bucket) == bucket))


async def _failures(session: AsyncSession, bucket: str, since: datetime) -> tuple[int, datetime]:
    query = select(func.count(), func.min(SignInFailure.at)).where(
        SignInFailure.bucket == bucket, SignInFailure.at > since
    )
    count, oldest = (await session.exec(query)).one()
    return count, oldest or since
