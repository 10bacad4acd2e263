"""Request and response bodies of webhooks (wire contract, section 7e)."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.api.bodies import Body
from app.webhooks.store import Event
from app.webhooks.tables import Delivery, Webhook
from app.wire.times import timestamp

Url = Annotated[str, Meta(min_length=1, max_length=2_000)]
Events = Annotated[list[Event], Meta(min_length=1, max_length=20)]


class NewWebhook(Body):
    """Where to send what."""

    url: Url
    events: Events
    is_enabled: bool = True

    def fields(self) -> dict[str, object]:
        """The row's fields."""
        return {
            "url": self.url,
            "events": sorted(set(self.events)),
            "is_enabled": self.is_enabled,
        }


class WebhookPatch(Body):
    """What to change; what is left out stays."""

    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET

    def fields(self) -> dict[str, object]:
        """The row's fields that change."""
        given: dict[str, object] = {"url": self.url, "is_enabled": self.is_enabled}
        if isinstance(self.events, list):
            given["events"] = sorted(set(self.events))
        return {name: value for name, value in given.items() if value is not UNSET}


class WebhookView(Body):
    """A webhook."""

    id: UUID
    project_id: UUID
    url: str
    events: list[str]
    is_enabled: bool
    disabled_reason: str | None
    secret_last4: str
    created_at: str
    updated_at: str


class WebhooksView(Body):
    """A project's webhooks."""

    webhooks: list[WebhookView]


class OneWebhookView(Body):
    """One webhook."""

    webhook: WebhookView


class NewSecretView(Body):
    """One webhook with its secret, which is shown this once."""

    webhook: WebhookView
    secret: str


class WebhookGoneView(Body):
    """Which one is gone."""

    id: UUID
    success: bool = True


class DeliveryView(Body):
    """Something that was sent, or is to be."""

    id: UUID
    event: str
    status: str
    attempts: int
    next_attempt_at: str | None
    last_attempt_at: str | None
    response_status: int | None
    response: str | None
    last_error: str | None
    body: str
    created_at: str


class DeliveriesView(Body):
    """A page of the log."""

    deliveries: list[DeliveryView]
    next_cursor: str | None


class OneDeliveryView(Body):
    """One of them."""

    delivery: DeliveryView


def webhook_view(row: Webhook) -> WebhookView:
    """A webhook without its secret."""
    return WebhookView(
        id=row.id,
        project_id=row.project_id,
        url=row.url,
        events=row.events,
        is_enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,
        secret_last4=row.secret_last4,
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def delivery_view(row: Delivery) -> DeliveryView:
    """A delivery."""
    due, tried = row.due_at, row.attempted_at
    return DeliveryView(
        id=row.id,
        event=row.event,
        status=row.status,
        attempts=row.attempts,
        next_attempt_at=timestamp(due) if due else None,
        last_attempt_at=timestamp(tried) if tried else None,
        response_status=row.response_status,
        response=row.response,
        last_error=row.last_error,
        body=row.body,
        created_at=timestamp(row.created_at),
    )
