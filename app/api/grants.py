"""Who may do what in a project, and why (wire contract, section 3)."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.access import explain, grants, resolver
from app.access.guards import ADMINS, require_role
from app.access.principal import Principal
from app.access.targets import TargetType, search_targets
from app.access.tiers import Tier
from app.accounts import store as accounts
from app.api.bodies import Body
from app.api.grant_views import (
    AccessView,
    ByUserView,
    GrantsView,
    OneGrantView,
    PeopleView,
    TargetsView,
    access_view,
    by_user_view,
    grant_view,
    person_view,
    target_view,
)
from app.api.questions import clean
from app.db.engine import Database
from app.errors import NotFound

Words = Annotated[str, QueryParameter(max_length=200)]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000)]


class NewGrant(Body):
    """Whom to give which tier."""

    target_type: TargetType
    target_id: UUID
    tier: Tier


class RemovedGrant(Body):
    """Which grant is gone."""

    id: UUID
    success: bool = True


class GrantsController(Controller):
    """Grants of a project."""

    path = "/projects/{project_id:uuid}"
    tags = ("access",)

    @get("/grants")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> GrantsView:
        """Whom the project was opened to."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "use")
            found = await grants.listed(session, project_id)
        return GrantsView(grants=[grant_view(given) for given in found])

    @post("/grants", status_code=201)
    async def give(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[NewGrant],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Response[OneGrantView]:
        """Give a tier to a person, a group or a department, or change the one given (200)."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "full")
            given, created = await grants.give(
                session,
                principal.actor,
                reached.project,
                data.target_type,
                data.target_id,
                data.tier,
            )
        action: Literal["created", "updated"] = "created" if created else "updated"
        view = OneGrantView(grant=grant_view(given), action=action)
        return Response(view, status_code=201 if created else 200)

    @delete("/grants/{grant_id:uuid}", status_code=200)
    async def take(
        self,
        project_id: FromPath[UUID],
        grant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> RemovedGrant:
        """Take a grant back; open streams of those who lose access end at once."""
        async with database.transaction() as session:
            reached = await resolver.require(session, project_id, principal, "full")
            await grants.take(session, principal.actor, reached.project, grant_id)
        return RemovedGrant(id=grant_id)

    @get("/grant-targets")
    async def targets(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        search: Words = "",
    ) -> TargetsView:
        """People, groups and departments by name, to choose whom to give access."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            found = await search_targets(session, clean(search).strip())
        return TargetsView(targets=[target_view(target) for target in found])

    @get("/access")
    async def access(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> AccessView:
        """Why the caller has access: every rule that gives it, the winner marked."""
        async with database.session() as session:
            reached = await resolver.require(session, project_id, principal, "use")
            holdings = await explain.why(session, reached, principal)
        return access_view(reached.grant, holdings)

    @get("/people")
    async def people(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        search: Words = "",
        limit: PageSize = 50,
        offset: Offset = 0,
    ) -> PeopleView:
        """Everybody who can see the project, and why."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            found, total = await explain.people(
                session, project_id, search=clean(search).strip(), limit=limit, offset=offset
            )
        return PeopleView(people=[person_view(person) for person in found], total=total)


class GrantsByUserController(Controller):
    """What one person was given."""

    path = "/grants"
    tags = ("access",)

    @get("/by-user/{user_id:uuid}")
    async def by_user(
        self,
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> ByUserView:
        """The grants that reach a person, by the way they come."""
        require_role(principal, ADMINS, "Only admins see what others were given.")
        async with database.session() as session:
            user = await accounts.user_by_id(session, user_id)
            if user is None:
                raise NotFound("There is no such person.")
            found = await grants.reaching(session, user)
        return by_user_view(found)
