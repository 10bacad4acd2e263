"""What an open stream stands on, and whether it still does."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, column, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.principal import Principal
from app.access.rules import EVERYBODY, access_of, read_access
from app.access.share_links import still_good
from app.access.tiers import TIERS, Tier
from app.accounts.tables import AuthSession, PersonalAccessToken, User
from app.integrations.tables import Integration
from ingest.corpus.tables import Project, now

_IDS = ARRAY(Uuid())
# Two arrays side by side and not a list of pairs: that one would be tried on every combination.
_PAIRS = (
    func.unnest(bindparam("users", type_=_IDS), bindparam("projects", type_=_IDS))
    .table_valued(column("user_id", Uuid()), column("project_id", Uuid()))
    .render_derived(name="pair")
)
_REACHED = (
    select(User.id, Project.id, access_of(EVERYBODY))
    .select_from(_PAIRS)
    .join(User, col(User.id) == _PAIRS.c.user_id)
    .join(Project, col(Project.id) == _PAIRS.c.project_id)
    .where(col(User.is_active), access_of(EVERYBODY).is_not(None))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody in a project, by a credential.

    Attributes:
        user_id: The person; None for an integration. For a guest, whoever asked for the link.
        session_id: The signed-in session, if it is one that must last.
        token_id: The personal access token, if it is one that must last.
        integration: The integration and the generation of the token that it came with.
        tier: How far the person must still be able to go.
        share_id: The link by which a guest came.
    """

    user_id: UUID | None
    project_id: UUID
    session_id: UUID | None = None
    token_id: UUID | None = None
    integration: tuple[UUID, int] | None = None
    tier: Tier = "use"
    share_id: UUID | None = None

    @classmethod
    def of(cls, principal: Principal, project_id: UUID, tier: Tier = "use") -> "Standing":
        """The caller's, with the credential of this request."""
        session_id, token_id = principal.session_id, principal.token_id
        return cls(principal.user.id, project_id, session_id, token_id, tier=tier)


async def fallen(session: AsyncSession, standings: Collection[Standing]) -> set[Standing]:
    """Those of them whose person, access or credential is gone: five queries, however many."""
    of_people = [each for each in standings if each.user_id]
    of_integrations = [each for each in standings if each.integration]
    of_guests = [each for each in standings if each.share_id]
    return {
        *(await _fallen_people(session, of_people) if of_people else ()),
        *(await _fallen_integrations(session, of_integrations) if of_integrations else ()),
        *(await _fallen_guests(session, of_guests) if of_guests else ()),
    }


async def _fallen_guests(session: AsyncSession, standings: Collection[Standing]) -> set[Standing]:
    good = await still_good(session, {each.share_id for each in standings if each.share_id})
    return {each for each in standings if each.share_id not in good}


async def _fallen_integrations(
    session: AsyncSession, standings: Collection[Standing]
) -> set[Standing]:
    ids = {each.integration[0] for each in standings if each.integration}
    query = select(Integration.id, Integration.generation).where(
        col(Integration.id).in_(ids), col(Integration.is_enabled)
    )
    alive = {(identity, generation) for identity, generation in await session.exec(query)}
    return {each for each in standings if each.integration not in alive}


async def _fallen_people(session: AsyncSession, standings: Collection[Standing]) -> set[Standing]:
    pairs = list({(each.user_id, each.project_id) for each in standings})
    users, projects = [user for user, _ in pairs], [project for _, project in pairs]
    found = await session.exec(_REACHED, params={"users": users, "projects": projects})
    allowed = {
        (user_id, project_id, tier)
        for user_id, project_id, access in found
        for tier in TIERS
        if read_access(access).allows(tier)
    }
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
        if (each.user_id, each.project_id, each.tier) not in allowed
        or each.session_id not in alive
        or each.token_id not in alive
    }
