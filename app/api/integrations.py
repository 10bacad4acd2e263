"""Integrations of a project: who else may ask in it (wire contract, section 7)."""

from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.access import resolver
from app.access.principal import Principal
from app.api.integration_views import (
    DeletedIntegrationView,
    IntegrationPatch,
    IntegrationsView,
    NewIntegration,
    NewTokenOfIntegrationView,
    OneIntegrationView,
    integration_view,
)
from app.db.engine import Database
from app.integrations import store


class IntegrationsController(Controller):
    """Integrations."""

    path = "/projects/{project_id:uuid}/integrations"
    tags = ("integrations",)

    @get("/")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> IntegrationsView:
        """Those of the project, oldest first."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            found = await store.listed(session, project_id)
        return IntegrationsView(integrations=[integration_view(row) for row in found])

    @post("/")
    async def create(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[NewIntegration],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> NewTokenOfIntegrationView:
        """Make one. Its token is in this answer and in no other."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row, token = await store.create(session, principal.actor, project_id, data.fields())
        return NewTokenOfIntegrationView(integration=integration_view(row), token=token)

    @get("/{integration_id:uuid}")
    async def show(
        self,
        project_id: FromPath[UUID],
        integration_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneIntegrationView:
        """One of them."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, integration_id)
        return OneIntegrationView(integration=integration_view(row))

    @patch("/{integration_id:uuid}")
    async def change(
        self,
        project_id: FromPath[UUID],
        integration_id: FromPath[UUID],
        data: JSONBody[IntegrationPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneIntegrationView:
        """Change it; one that is switched off is worth nothing at once."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, integration_id, lock=True)
            await store.change(session, principal.actor, row, data.fields(row))
        return OneIntegrationView(integration=integration_view(row))

    @post("/{integration_id:uuid}/rotate", status_code=200)
    async def rotate(
        self,
        project_id: FromPath[UUID],
        integration_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> NewTokenOfIntegrationView:
        """Draw a new token; the one before is worth nothing at once."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, integration_id, lock=True)
            token = await store.rotate(session, principal.actor, row)
        return NewTokenOfIntegrationView(integration=integration_view(row), token=token)

    @delete("/{integration_id:uuid}", status_code=200)
    async def remove(
        self,
        project_id: FromPath[UUID],
        integration_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> DeletedIntegrationView:
        """Delete it with its customers' conversations; what they took stays counted."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, integration_id, lock=True)
            await store.delete(session, principal.actor, row)
        return DeletedIntegrationView(id=integration_id)
