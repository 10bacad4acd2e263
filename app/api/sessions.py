"""Signed-in sessions, listed and ended, and the own password (wire contract, sections 1, 2)."""

from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.access.principal import Principal
from app.accounts import store
from app.accounts.links import person_to_reset
from app.accounts.password_change import PasswordChange, change_password
from app.accounts.passwords import Passwords
from app.accounts.session_ends import end_many, end_one
from app.accounts.ways import Ways
from app.api.bodies import Success
from app.api.credentials import in_person
from app.api.person_checks import checked_password
from app.api.session_views import (
    EndedOneView,
    EndedView,
    PasswordBody,
    SessionsView,
    session_view,
)
from app.db.engine import Database


class SessionsController(Controller):
    """The person's own sessions."""

    path = "/auth/sessions"
    tags = ("auth",)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> SessionsView:
        """Where the person is signed in."""
        current = in_person(principal)
        async with database.session() as session:
            found = await store.sessions(session, principal.user.id)
        return SessionsView(sessions=[session_view(each, current) for each in found])

    @delete("/{session_id:uuid}", status_code=200)
    async def end(
        self,
        session_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> EndedOneView:
        """End one of them; its access tokens mean nothing from now on."""
        in_person(principal)
        async with database.transaction() as session:
            await end_one(session, principal.user, principal.actor, session_id)
        return EndedOneView(id=session_id)

    @delete("/", status_code=200)
    async def end_others(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> EndedView:
        """End all of them but this one."""
        current = in_person(principal)
        async with database.transaction() as session:
            ended = await end_many(session, principal.user, principal.actor, besides=current)
        return EndedView(ended=ended)


class OwnPasswordController(Controller):
    """The person's own password."""

    path = "/users/me/password"
    tags = ("users",)

    @post("/", status_code=200)
    async def change(
        self,
        data: JSONBody[PasswordBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        ways: NamedDependency[Ways],
        passwords: NamedDependency[Passwords],
    ) -> Success:
        """Change it; the person's other sessions end."""
        session_id = in_person(principal)
        ways.check_local()
        user = principal.user
        new = checked_password(data.new_password, "newPassword", known=(user.name, user.email))
        change = PasswordChange(user, principal.actor, session_id, data.current_password, new)
        await change_password(database.transaction, passwords, change)
        return Success()


class OthersSessionsController(Controller):
    """Another person's sessions."""

    path = "/users/{user_id:uuid}/sessions"
    tags = ("users",)

    @delete("/", status_code=200)
    async def end_all(
        self,
        user_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> EndedView:
        """End all of a person's sessions, for example when a device was lost."""
        async with database.transaction() as session:
            target = await person_to_reset(session, principal.user, user_id)
            ended = await end_many(session, target, principal.actor)
        return EndedView(ended=ended)
