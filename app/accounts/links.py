"""One-time links: how somebody sets a password who has none, or forgot it."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store
from app.accounts.errors import Forbidden, ForbiddenRole
from app.accounts.tables import User
from app.errors import NotFound

_ADMINS = frozenset({"superadmin", "admin"})
_STAFF = frozenset({"superadmin", "admin", "engineer"})


async def person_to_reset(session: AsyncSession, actor: User, user_id: UUID) -> User:
    """Somebody whose ways in the actor may renew or end.

    Raises:
        Forbidden: The actor may for nobody; they don't learn who exists either.
        ForbiddenRole: The person's platform role is above them.
        NotFound: There is no such person.
    """
    target = await store.user_by_id(session, user_id)
    may_reset(actor, target)
    if target is None:
        raise NotFound("There is no such person.")
    return target


def may_reset(actor: User, target: User | None) -> None:
    """Let those pass who may make links and end sessions for this person.

    Raises:
        Forbidden: They may for nobody.
        ForbiddenRole: The person's platform role is above them.
    """
    if actor.platform_role not in _ADMINS:
        raise Forbidden("Only admins do this. Ask one of them.")
    if target and target.platform_role in _STAFF and actor.platform_role != "superadmin":
        raise ForbiddenRole("Only the superadmin does this for admins and engineers.")
