"""Signed-in sessions that are ended on purpose, and the record of it."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store
from app.accounts.tables import User
from app.audit.record import Actor, Change, Target, record
from app.errors import NotFound


async def end_one(session: AsyncSession, user: User, actor: Actor, session_id: UUID) -> None:
    """End one of the person's own sessions.

    Raises:
        NotFound: They have none of this id that stands.
    """
    found = await store.standing_session(session, session_id)
    if found is None or found.user_id != user.id:
        raise NotFound("There is no such session.")
    await store.end_session(session, session_id)
    gone = Change(before={"way": found.way, "address": found.address})
    await record(session, actor, "session.ended", Target("session", session_id, user.email), gone)


async def end_many(
    session: AsyncSession, user: User, actor: Actor, *, besides: UUID | None = None
) -> int:
    """End a person's sessions, all or all but one; how many those were."""
    ended = await store.end_sessions(session, user.id, besides=besides)
    if ended:
        done = Change(after={"ended": ended})
        target = Target("user", user.id, user.email)
        await record(session, actor, "sessions.ended", target, done)
    return ended
