"""What an open stream stands on, and whether it still does."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.principal import Principal
from app.access.rules import EVERYBODY, access_of
from app.accounts.tables import AuthSession, PersonalAccessToken, User
from ingest.corpus.tables import Project, now


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody in a project, by a credential.

    Attributes:
        session_id: The signed-in session, if it is one that must last.
        token_id: The personal access token, if it is one that must last.
    """

    user_id: UUID
    project_id: UUID
    session_id: UUID | None = None
    token_id: UUID | None = None

    @classmethod
    def of(cls, principal: Principal, project_id: UUID) -> "Standing":
        """The caller's, with the credential of this request."""
        return cls(principal.user.id, project_id, principal.session_id, principal.token_id)


async def fallen(session: AsyncSession, standings: Collection[Standing]) -> set[Standing]:
    """Those of them whose person, access or credential is gone: three queries, however many."""
    pairs = {(each.user_id, each.project_id) for each in standings}
    reached = (
        select(User.id, Project.id)
        .select_from(User)
        .join(Project, tuple_(col(User.id), col(Project.id)).in_(pairs))
        .where(col(User.is_active), access_of(EVERYBODY).is_not(None))
    )
    allowed = {(user_id, project_id) for user_id, project_id in await session.exec(reached)}
    session_ids = {each.session_id for each in standings if each.session_id}
    signed_in = select(AuthSession.id).where(
        col(AuthSession.id).in_(session_ids),
        col(AuthSession.revoked_at).is_(None),
        col(AuthSession.expires_at) > now(),
    )
    token_ids = {each.token_id for each in standings if each.token_id}
    tokens = select(PersonalAccessToken.id).where(
        col(PersonalAccessToken.id).in_(token_ids), col(PersonalAccessToken.expires_at) > now()
    )
    alive = {None, *await session.exec(signed_in), *await session.exec(tokens)}
    return {
        each
        for each in standings
        if (each.user_id, each.project_id) not in allowed
        or each.session_id not in alive
        or each.token_id not in alive
    }
