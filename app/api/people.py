"""People (wire contract, section 2)."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from app.access import grants
from app.access.principal import Principal
from app.accounts import directory, links, people
from app.accounts.directory import PeopleFilter, Person, Slice
from app.accounts.passwords import Passwords
from app.accounts.people import Draft, PersonChanges
from app.accounts.roles import EVERYTHING, OrgPosition, PlatformRole, check_admin, sight_of
from app.accounts.ways import Ways
from app.api.auth_views import user_view
from app.api.link_delivery import Delivery
from app.api.people_views import (
    Gone,
    MePatch,
    NewUser,
    NewUserView,
    OneUserView,
    UserPatch,
    UsersView,
)
from app.api.person_checks import checked_email, checked_name, checked_password, checked_text
from app.db.engine import Database

AnyRequest = Request[Any, Any, State]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000)]


class PeopleController(Controller):
    """People."""

    path = "/users"
    tags = ("people",)

    @get("/")
    async def index(
        self,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        search: FromQuery[str | None] = None,
        platform_role: Annotated[PlatformRole | None, QueryParameter(name="platformRole")] = None,
        org_position: Annotated[OrgPosition | None, QueryParameter(name="orgPosition")] = None,
        department_id: Annotated[UUID | None, QueryParameter(name="departmentId")] = None,
        is_active: Annotated[bool | None, QueryParameter(name="isActive")] = None,
        limit: PageSize = 50,
        offset: Offset = 0,
    ) -> UsersView:
        """Those that the caller sees, by name: all for admins, a manager's own department."""
        wanted = PeopleFilter(
            search=checked_text(search, "search") if search else None,
            platform_role=platform_role,
            org_position=org_position,
            department_id=department_id,
            is_active=is_active,
        )
        sight = sight_of(principal.user)
        async with database.session() as session:
            found, total = await directory.people(session, sight, wanted, Slice(limit, offset))
        return UsersView(users=[user_view(person) for person in found], total=total)

    @post("/")
    async def create(
        self,
        request: AnyRequest,
        data: JSONBody[NewUser],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        delivery: NamedDependency[Delivery],
        ways: NamedDependency[Ways],
        passwords: NamedDependency[Passwords],
    ) -> NewUserView:
        """Make a person; without a password, with a link by which they choose one.

        Where passwords are switched off, there is no link: they come in by single sign-on.
        """
        draft = _draft(data)
        async with database.transaction() as session:
            made = await people.create(session, principal, draft, passwords)
            invited = draft.password is None and ways.local
            drawn = await links.make_link(session, principal.actor, made) if invited else None
            person = await directory.person(session, EVERYTHING, made.id)
        if drawn is None:
            return NewUserView(user=user_view(person))
        invitation = await delivery.hand_over(request, made, *drawn)
        return NewUserView(user=user_view(person), invitation=invitation)

    @get("/me")
    async def me(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> OneUserView:
        """The caller."""
        async with database.session() as session:
            department = await directory.department_of(session, principal.user)
        return OneUserView(user=user_view(Person(principal.user, department)))

    @patch("/me")
    async def change_me(
        self,
        data: JSONBody[MePatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneUserView:
        """Change the caller's own name."""
        async with database.transaction() as session:
            if data.name is not UNSET:
                await people.rename_oneself(session, principal, checked_name(data.name, "name"))
            person = await directory.person(session, EVERYTHING, principal.user.id)
        return OneUserView(user=user_view(person))

    @get("/{user_id:uuid}")
    async def read(
        self,
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneUserView:
        """One person."""
        sight = sight_of(principal.user)
        async with database.session() as session:
            person = await directory.person(session, sight, user_id)
        return OneUserView(user=user_view(person))

    @patch("/{user_id:uuid}")
    async def change(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[UserPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneUserView:
        """Change some fields; deactivation ends the person's sessions."""
        changes = _changes(data)
        async with database.transaction() as session:
            await people.change(session, principal, user_id, changes)
            person = await directory.person(session, EVERYTHING, user_id)
        return OneUserView(user=user_view(person))

    @delete("/{user_id:uuid}", status_code=200)
    async def remove(
        self,
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Gone:
        """Delete a person with their conversations; refused while projects are theirs."""
        check_admin(principal.user)  # Before any work is done, or row locked, for who may not.
        async with database.transaction() as session:
            await grants.take_all_from(session, principal.actor, "user", [user_id])
            await people.remove(session, principal, user_id)
        return Gone(id=user_id)


def _draft(data: NewUser) -> Draft:
    name, email = checked_name(data.name, "name"), checked_email(data.email, "email")
    password = data.password
    if password is not None:
        password = checked_password(password, "password", known=(name, email))
    return Draft(
        name=name,
        email=email,
        password=password,
        platform_role=data.platform_role,
        org_position=data.org_position,
        department_id=data.department_id,
    )


def _changes(data: UserPatch) -> PersonChanges:
    changes: PersonChanges = {}
    if data.name is not UNSET:
        changes["name"] = checked_name(data.name, "name")
    if data.email is not UNSET:
        changes["email"] = checked_email(data.email, "email")
    if data.platform_role is not UNSET:
        changes["platform_role"] = data.platform_role
    if data.org_position is not UNSET:
        changes["org_position"] = data.org_position
    if data.department_id is not UNSET:
        changes["department_id"] = data.department_id
    if data.is_active is not UNSET:
        changes["is_active"] = data.is_active
    return changes
