"""Webhooks of a project and what was sent to them (wire contract, section 7e)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from app.access import resolver
from app.access.principal import Principal
from app.api.webhook_views import (
    DeliveriesView,
    NewSecretView,
    NewWebhook,
    OneDeliveryView,
    OneWebhookView,
    WebhookGoneView,
    WebhookPatch,
    WebhooksView,
    delivery_view,
    webhook_view,
)
from app.db.engine import Database
from app.webhooks import store
from app.webhooks.sealing import Sealing

PageSize = Annotated[int, QueryParameter(ge=1, le=100)]


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """What making a webhook takes.

    Attributes:
        vault: Seals its secret.
        check_address: Raises where the server may not go.
    """

    vault: Sealing
    check_address: Callable[[str], None]


class WebhooksController(Controller):
    """Webhooks."""

    path = "/projects/{project_id:uuid}/webhooks"
    tags = ("webhooks",)

    @get("/")
    async def index(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> WebhooksView:
        """The project's webhooks, oldest first."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            found = await store.listed(session, project_id)
        return WebhooksView(webhooks=[webhook_view(row) for row in found])

    @post("/")
    async def create(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[NewWebhook],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        webhook_rules: NamedDependency[WebhookRules],
    ) -> NewSecretView:
        """Make one; its secret is shown this once."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            webhook_rules.check_address(data.url)
            row, secret = await store.create(
                session, principal.actor, project_id, data.fields(), webhook_rules.vault
            )
        return NewSecretView(webhook=webhook_view(row), secret=secret)

    @patch("/{webhook_id:uuid}")
    async def change(
        self,
        project_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        webhook_rules: NamedDependency[WebhookRules],
    ) -> OneWebhookView:
        """Change where it points, what it hears of, or whether it is on."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, webhook_id, lock=True)
            if data.url is not UNSET:
                webhook_rules.check_address(data.url)
            await store.change(session, principal.actor, row, data.fields())
        return OneWebhookView(webhook=webhook_view(row))

    @delete("/{webhook_id:uuid}", status_code=200)
    async def remove(
        self,
        project_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> WebhookGoneView:
        """Delete it with its log."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, webhook_id, lock=True)
            await store.delete(session, principal.actor, row)
        return WebhookGoneView(id=webhook_id)

    @post("/{webhook_id:uuid}/rotate", status_code=200)
    async def rotate(
        self,
        project_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        webhook_rules: NamedDependency[WebhookRules],
    ) -> NewSecretView:
        """Draw a new secret; it is shown this once."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, webhook_id, lock=True)
            secret = await store.rotate(session, principal.actor, row, webhook_rules.vault)
        return NewSecretView(webhook=webhook_view(row), secret=secret)

    @get("/{webhook_id:uuid}/deliveries")
    async def deliveries(
        self,
        project_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        limit: PageSize = 50,
        cursor: FromQuery[str | None] = None,
    ) -> DeliveriesView:
        """What was sent and what became of it, newest first."""
        async with database.session() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, webhook_id)
            found, following = await store.deliveries(session, row.id, limit=limit, cursor=cursor)
        return DeliveriesView(
            deliveries=[delivery_view(each) for each in found], next_cursor=following
        )

    @post("/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay", status_code=202)
    async def replay(
        self,
        project_id: FromPath[UUID],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneDeliveryView:
        """Send the same once more."""
        async with database.transaction() as session:
            await resolver.require(session, project_id, principal, "full")
            row = await store.one(session, project_id, webhook_id, lock=True)
            again = await store.replay(session, principal.actor, row, delivery_id)
        return OneDeliveryView(delivery=delivery_view(again))
