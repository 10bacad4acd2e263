"""Customers of integrations: a token in the query, and no credential of anybody else's."""

from uuid_utils.compat import uuid7

from app.audit.record import SERVER
from app.integrations import store
from tests.authorization.cases import Ask, Call, Case, anybody, few, nobody

_NOBODY = frozenset({401})
_LIMITS = {"rate_limit_per_minute": 10_000, "customer_limit_per_minute": 10_000}
_QUESTION = {"textContent": "How many otters did the census count?"}


async def _token(ask: Ask) -> str:
    """Of an integration of the caller's room."""
    fields = {"name": "Shop", "kind": "widget", **_LIMITS}
    async with ask.stage.database.transaction() as session:
        _, token = await store.create(session, SERVER, ask.room.project, fields)
    return token


async def without(_: Ask) -> Call:
    return Call(query={**_QUESTION, "conversationId": "customer-42"})


async def asked(ask: Ask) -> Call:
    return Call(query={**_QUESTION, "integrationToken": await _token(ask)})


async def read(ask: Ask) -> Call:
    return Call(query={"integrationToken": await _token(ask), "conversationId": uuid7().hex})


async def of_a_colleague(ask: Ask) -> Call:
    """With the token of an integration, and an answer that is none of its."""
    headers = {"Last-Event-ID": f"{ask.room.talk.answer}.1"}
    return Call(query={"integrationToken": await _token(ask)}, headers=headers)


async def stopped(ask: Ask) -> Call:
    """With the token of an integration, an answer that is none of its."""
    query = {
        "integrationToken": await _token(ask),
        "conversationId": uuid7().hex,
        "messageId": ask.room.talk.answer,
    }
    return Call(query=query)


ROUTES = {
    ("GET", "/conversation/sse"): [
        Case("no token", nobody, without, refused=_NOBODY),
        Case("a token", anybody, asked, callers=few),
        Case("somebody's answer", anybody, of_a_colleague, ok=frozenset({204})),
    ],
    ("GET", "/conversation/history"): [
        Case("no token", nobody, without, refused=_NOBODY),
        Case("a token", anybody, read, callers=few),
    ],
    ("POST", "/conversation/stop"): [
        Case("no token", nobody, without, refused=_NOBODY),
        Case("somebody's answer", anybody, stopped, ok=frozenset({404}), callers=few),
    ],
}

OTHERS = (
    ("POST", "/chat"),
    ("POST", "/v1/chat"),
    ("POST", "/v1/chat/stream"),
    ("POST", "/api/v1/customer/conversations"),
    ("GET", "/api/v1/customer/conversations/{}/messages"),
    ("POST", "/api/v1/customer/conversations/{}/messages"),
)
