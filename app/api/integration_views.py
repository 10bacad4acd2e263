"""Bodies that integrations' calls take and give (wire contract, section 7)."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.api.bodies import Body
from app.errors import InvalidRequest
from app.integrations.domains import clean_domains
from app.integrations.fields import Domains, Name, PerDay, PerMinute, sound_name
from app.integrations.tables import Integration, Kind
from app.wire.times import timestamp

MOST_UNANSWERED = 100

Unanswered = Annotated[int, Meta(ge=0, le=MOST_UNANSWERED)]


def _everywhere() -> list[str]:
    return []


class Escalation(Body):
    """When people take over from the assistant.

    Attributes:
        on_request: As soon as a customer asks for a person.
        after_unanswered: After so many answers in a row that found nothing; 0 for never.
    """

    on_request: bool = True
    after_unanswered: Unanswered = 2


class EscalationPatch(Body):
    """What is to change of it; an absent field stays."""

    on_request: bool | UnsetType = UNSET
    after_unanswered: Unanswered | UnsetType = UNSET


class NewIntegration(Body):
    """An integration to be made; no allowed domains mean every page, a null budget means no end."""

    name: Name
    kind: Kind
    allowed_domains: Domains = msgspec.field(default_factory=_everywhere)
    rate_limit_per_minute: PerMinute = 60
    customer_limit_per_minute: PerMinute = 20
    daily_budget: PerDay | None = None
    is_enabled: bool = True
    escalation: Escalation = msgspec.field(default_factory=Escalation)

    def fields(self) -> dict[str, object]:
        """The row's fields.

        Raises:
            InvalidRequest: The name says nothing, or a domain is no host.
        """
        return {
            "name": sound_name(self.name),
            "kind": self.kind,
            "allowed_domains": clean_domains(self.allowed_domains),
            "rate_limit_per_minute": self.rate_limit_per_minute,
            "customer_limit_per_minute": self.customer_limit_per_minute,
            "daily_budget": self.daily_budget,
            "is_enabled": self.is_enabled,
            "escalation": msgspec.to_builtins(self.escalation),
        }


class IntegrationPatch(Body):
    """What is to change; an absent field stays. The kind may be sent along, but stays."""

    name: Name | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    allowed_domains: Domains | UnsetType = UNSET
    rate_limit_per_minute: PerMinute | UnsetType = UNSET
    customer_limit_per_minute: PerMinute | UnsetType = UNSET
    daily_budget: PerDay | UnsetType | None = UNSET
    is_enabled: bool | UnsetType = UNSET
    escalation: EscalationPatch | UnsetType = UNSET

    def fields(self, row: Integration) -> dict[str, object]:
        """The row's fields that change.

        Raises:
            InvalidRequest: The name says nothing, a domain is no host, or the kind is another.
        """
        if self.kind is not UNSET and self.kind != row.kind:
            # Who was given the token counts on what it opens.
            raise InvalidRequest(
                f"This integration is of the kind {row.kind}. Make another one.", "kind"
            )
        given: dict[str, object] = {
            "rate_limit_per_minute": self.rate_limit_per_minute,
            "customer_limit_per_minute": self.customer_limit_per_minute,
            "daily_budget": self.daily_budget,
            "is_enabled": self.is_enabled,
        }
        if isinstance(self.name, str):
            given["name"] = sound_name(self.name)
        if isinstance(self.allowed_domains, list):
            given["allowed_domains"] = clean_domains(self.allowed_domains)
        if isinstance(self.escalation, EscalationPatch):
            changed: Mapping[str, object] = msgspec.to_builtins(self.escalation)
            given["escalation"] = {**row.escalation, **changed}
        return {name: value for name, value in given.items() if value is not UNSET}


class IntegrationView(Body):
    """An integration; of its token the last four characters alone."""

    id: UUID
    name: str
    kind: str
    project_id: UUID
    token_last4: str
    allowed_domains: list[str]
    rate_limit_per_minute: int
    customer_limit_per_minute: int
    daily_budget: int | None
    is_enabled: bool
    escalation: Escalation
    created_at: str
    updated_at: str


class IntegrationsView(Body):
    """The project's integrations, oldest first."""

    integrations: list[IntegrationView]


class OneIntegrationView(Body):
    """One of them."""

    integration: IntegrationView


class NewTokenOfIntegrationView(OneIntegrationView):
    """An integration and its token, which is never shown again."""

    token: str


class DeletedIntegrationView(Body):
    """Which one is gone."""

    id: UUID
    success: bool = True


def integration_view(row: Integration) -> IntegrationView:
    """An integration as those with `full` see it."""
    return IntegrationView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        project_id=row.project_id,
        token_last4=row.token_last4,
        allowed_domains=row.allowed_domains,
        rate_limit_per_minute=row.rate_limit_per_minute,
        customer_limit_per_minute=row.customer_limit_per_minute,
        daily_budget=row.daily_budget,
        is_enabled=row.is_enabled,
        escalation=msgspec.convert(row.escalation, Escalation),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )
