"""Departments (wire contract, section 2)."""

from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from app.access import grants
from app.access.principal import Principal
from app.accounts import departments, directory
from app.accounts.departments import DepartmentChanges
from app.accounts.roles import EVERYTHING, check_admin, sight_of
from app.api.people_views import (
    DepartmentPatch,
    DepartmentsView,
    Gone,
    NewDepartment,
    OneDepartmentView,
    department_view,
)
from app.api.person_checks import checked_name, checked_text
from app.db.engine import Database


class DepartmentsController(Controller):
    """Departments."""

    path = "/departments"
    tags = ("people",)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> DepartmentsView:
        """Those that the caller sees, by name: all for admins, a manager's own."""
        sight = sight_of(principal.user)
        async with database.session() as session:
            found = await directory.departments(session, sight)
        return DepartmentsView(
            departments=[department_view(entry) for entry in found], total=len(found)
        )

    @post("/")
    async def create(
        self,
        data: JSONBody[NewDepartment],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDepartmentView:
        """Make a department."""
        name = checked_name(data.name, "name")
        description = checked_text(data.description, "description")
        async with database.transaction() as session:
            made = await departments.create(session, principal, name, description)
            entry = await directory.department(session, EVERYTHING, made.id)
        return OneDepartmentView(department=department_view(entry))

    @get("/{department_id:uuid}")
    async def read(
        self,
        department_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDepartmentView:
        """One department."""
        sight = sight_of(principal.user)
        async with database.session() as session:
            entry = await directory.department(session, sight, department_id)
        return OneDepartmentView(department=department_view(entry))

    @patch("/{department_id:uuid}")
    async def change(
        self,
        department_id: FromPath[UUID],
        data: JSONBody[DepartmentPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDepartmentView:
        """Change some fields."""
        changes: DepartmentChanges = {}
        if data.name is not UNSET:
            changes["name"] = checked_name(data.name, "name")
        if data.description is not UNSET:
            changes["description"] = checked_text(data.description, "description")
        async with database.transaction() as session:
            await departments.change(session, principal, department_id, changes)
            entry = await directory.department(session, EVERYTHING, department_id)
        return OneDepartmentView(department=department_view(entry))

    @delete("/{department_id:uuid}", status_code=200)
    async def remove(
        self,
        department_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> Gone:
        """Delete a department with its groups; its people stay, and belong to none."""
        check_admin(principal.user)  # Before any work is done, or row locked, for who may not.
        async with database.transaction() as session:
            theirs = await directory.group_ids(session, department_id)
            await grants.take_all_from(session, principal.actor, "group", theirs)
            await grants.take_all_from(session, principal.actor, "department", [department_id])
            await departments.remove(session, principal, department_id)
        return Gone(id=department_id)
