"""What every route needs: the contract, written down once more, apart from the code.

A route that the OpenAPI document names and this table does not fails a test, and so does the
reverse. To add one, put `("METHOD", "/its/{template}"): [Case(...), ...]` into the module of its
resource under `declared/`; `cases` has the words for it.
"""

from collections.abc import Mapping, Sequence

from tests.authorization.cases import Case
from tests.authorization.declared import (
    ai_sdk,
    chat,
    customers,
    documents,
    groups,
    inbox,
    management,
    openai,
    people,
    projects,
    server,
    sharing,
    webhooks,
)

Route = tuple[str, str]

ROUTES: Mapping[Route, Sequence[Case]] = {
    **projects.ROUTES,
    **documents.ROUTES,
    **chat.ROUTES,
    **openai.ROUTES,
    **inbox.ROUTES,
    **webhooks.ROUTES,
    **ai_sdk.ROUTES,
    **server.ROUTES,
    **customers.ROUTES,
    **people.ROUTES,
    **groups.ROUTES,
    **sharing.ROUTES,
}

UNLISTED = {
    ("GET", "/health/stream"): "two comments, the same for everybody; it shows what a proxy does",
    ("GET", "/metrics"): "404 unless the server is told to show it; it names no object",
    **dict.fromkeys(customers.OTHERS, "bodies and errors of another system: tests/http/customers"),
    **dict.fromkeys(management.OTHERS, "the same: tests/http/management"),
}
"""Routes of the API that its OpenAPI document leaves out, each with the reason."""
