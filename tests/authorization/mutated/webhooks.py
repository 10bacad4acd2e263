"""Guards of webhooks."""

from tests.authorization.mutated.mutation import changed, route, unrequired

_WEBHOOKS = "/projects/{project_id}/webhooks"
_WEBHOOK = f"{_WEBHOOKS}/{{webhook_id}}"
_DELIVERIES = f"{_WEBHOOK}/deliveries"
_FULL = 'await resolver.require(session, project_id, principal, "full")'
_ROW = "\n            row = await store.one(session, project_id, webhook_id"

MUTATIONS = [
    *(
        unrequired("app/api/webhooks.py", _FULL, context, route(method, path))
        for method, path, context in (
            ("GET", _WEBHOOKS, "\n            found = await store.listed"),
            ("POST", _WEBHOOKS, "\n            webhook_rules.check"),
            ("PATCH", _WEBHOOK, f"{_ROW}, lock=True)\n            if data.url"),
            ("DELETE", _WEBHOOK, f"{_ROW}, lock=True)\n            await store.delete"),
            ("POST", f"{_WEBHOOK}/rotate", f"{_ROW}, lock=True)\n            secret ="),
            ("GET", _DELIVERIES, f"{_ROW})\n            found, following"),
            (
                "POST",
                f"{_DELIVERIES}/{{delivery_id}}/replay",
                f"{_ROW}, lock=True)\n            again =",
            ),
        )
    ),
    changed(
        "webhooks: those of any project",
        "app/webhooks/store.py",
        "Webhook.id == webhook_id, Webhook.project_id == project_id",
        "Webhook.id == webhook_id",
        route("GET", _DELIVERIES),
    ),
    changed(
        "webhooks: deliveries of any webhook are replayed",
        "app/webhooks/store.py",
        "Delivery.id == delivery_id, Delivery.webhook_id == row.id",
        "Delivery.id == delivery_id",
        route("POST", f"{_DELIVERIES}/{{delivery_id}}/replay"),
    ),
]
