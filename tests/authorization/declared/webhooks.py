"""Webhooks of a project."""

from uuid import UUID

from uuid_utils.compat import uuid7

from app.webhooks.tables import Delivery, Webhook
from ingest.corpus.tables import now
from tests.authorization.canaries import canary
from tests.authorization.cases import Ask, Call, Fill, mixed, project
from tests.authorization.declared.projects import here
from tests.authorization.rooms import add

_KEPT: dict[tuple[str, UUID], tuple[UUID, UUID]] = {}


async def a_webhook(ask: Ask, project_id: UUID) -> tuple[UUID, UUID]:
    """A webhook of a project and a delivery of it: made once, or for a call that changes it."""
    key = (ask.stage.site.url, project_id)
    if ask.fresh or key not in _KEPT:
        word = canary("project") if project_id == ask.foreign.project else "plain"
        identity = uuid7()
        vault = ask.stage.site.services.webhook_rules.vault
        webhook = Webhook(
            id=identity,
            project_id=project_id,
            url=f"http://127.0.0.1:9/{word}",
            events=[],
            secret=vault.seal(canary("secret"), identity),
            secret_last4="last",
        )
        delivery = Delivery(
            webhook_id=identity, event="document.ready", body=word, due_at=now().replace(year=2099)
        )
        await add(ask.stage.database, webhook, delivery)
        _KEPT[key] = identity, delivery.id
    return _KEPT[key]


def of_webhook(*, with_delivery: bool = False, mix: bool = False, json: object = None) -> Fill:
    """A call on a webhook of the room; mixed: the foreign one below the caller's own project."""

    async def fill(ask: Ask) -> Call:
        home = ask.room.project
        webhook, delivery = await a_webhook(ask, ask.foreign.project if mix else home)
        path: dict[str, object] = {"project_id": home, "webhook_id": webhook}
        return Call(path | ({"delivery_id": delivery} if with_delivery else {}), json=json)

    return fill


async def _a_foreign_delivery(ask: Ask) -> Call:
    own, _ = await a_webhook(ask, ask.room.project)
    _, foreign = await a_webhook(ask, ask.foreign.project)
    return Call({"project_id": ask.room.project, "webhook_id": own, "delivery_id": foreign})


async def _new(ask: Ask) -> Call:
    body = {"url": "http://127.0.0.1:9/", "events": ["document.ready"], "isEnabled": False}
    return Call({"project_id": ask.room.project}, json=body)


_WEBHOOKS = "/projects/{project_id}/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id}}"
_OFF = {"isEnabled": False}
_MIXED = "own project, foreign webhook"
_KNOWN = {"project": "whoever has full access to a project reads its log"}

ROUTES = {
    ("GET", _WEBHOOKS): project("full", here, shows=_KNOWN),
    ("POST", _WEBHOOKS): project("full", _new, ok=frozenset({201}), changes=True),
    ("PATCH", _WEBHOOK): [
        *project("full", of_webhook(json=_OFF), shows=_KNOWN, changes=True),
        mixed(_MIXED, of_webhook(mix=True, json=_OFF)),
    ],
    ("DELETE", _WEBHOOK): [
        *project("full", of_webhook(), changes=True),
        mixed(_MIXED, of_webhook(mix=True)),
    ],
    ("POST", f"{_WEBHOOK}/rotate"): [
        *project("full", of_webhook(), shows=_KNOWN, changes=True),
        mixed(_MIXED, of_webhook(mix=True)),
    ],
    ("GET", f"{_WEBHOOK}/deliveries"): [
        *project("full", of_webhook(), shows=_KNOWN),
        mixed(_MIXED, of_webhook(mix=True)),
    ],
    ("POST", f"{_WEBHOOK}/deliveries/{{delivery_id}}/replay"): [
        *project(
            "full",
            of_webhook(with_delivery=True),
            ok=frozenset({202}),
            shows=_KNOWN,
            changes=True,
        ),
        mixed(_MIXED, of_webhook(mix=True, with_delivery=True)),
        mixed("own webhook, foreign delivery", _a_foreign_delivery),
    ],
}
