"""Share requests, links, and what their holders may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import select
from uuid_utils.compat import uuid7

from app.chat.tables import Conversation
from app.sharing.snapshot import shown
from app.sharing.tokens import TOKEN_PREFIX
from tests.authorization.canaries import canary
from tests.authorization.cases import (
    ADMINS,
    Ask,
    Call,
    Case,
    Fill,
    anybody,
    few,
    own,
    role,
    signed_in,
)
from tests.authorization.declared.chat import QUESTION, conversation
from tests.authorization.links import (
    EXPIRED,
    READ_ALONE,
    REVOKED,
    SPENT,
    heard_again,
    share_link,
    share_request,
)


async def listed(ask: Ask) -> Call:
    """Where somebody else has asked for a link and got one."""
    await share_link(ask.stage, ask.stage.sam.id, ask.foreign.project, canary("talk"))
    return Call()


def waiting(**sent: Any) -> Fill:
    """A request of somebody else's, in the foreign room."""

    async def fill(ask: Ask) -> Call:
        sam = ask.stage.sam.id
        row = await share_request(ask.stage, sam, ask.foreign.project, canary("talk"))
        return Call({"request_id": row.id}, **sent)

    return fill


def waiting_own(**sent: Any) -> Fill:
    """A request of the caller's own: to have asked gives nobody the right to decide."""

    async def fill(ask: Ask) -> Call:
        owner = ask.who.user_id if ask.who.sound else ask.stage.sam.id
        project = ask.stage.rooms[ask.who.home].project
        row = await share_request(ask.stage, owner, project, "plain")
        return Call({"request_id": row.id}, **sent)

    return fill


async def own_link(ask: Ask) -> Call:
    if not ask.fresh:
        return Call({"share_id": uuid7()})
    project = ask.stage.rooms[ask.who.home].project
    link, _ = await share_link(ask.stage, ask.who.user_id, project)
    return Call({"share_id": link.id})


async def sams_link(ask: Ask) -> Call:
    link, _ = await share_link(ask.stage, ask.stage.sam.id, ask.foreign.project)
    return Call({"share_id": link.id})


def held(**became: object) -> Fill:
    """Whoever calls holds a link to a talk in the foreign room."""

    async def fill(ask: Ask) -> Call:
        await heard_again(ask.stage)
        sam, project = ask.stage.sam.id, ask.foreign.project
        _, token = await share_link(ask.stage, sam, project, canary("talk"), **became)
        return Call({"token": token})

    return fill


def asking(**became: object) -> Fill:
    """The same, and they ask a follow-up."""
    read = held(**became)

    async def fill(ask: Ask) -> Call:
        return Call((await read(ask)).path, json=QUESTION)

    return fill


async def unknown(ask: Ask) -> Call:
    await heard_again(ask.stage)
    return Call({"token": f"{TOKEN_PREFIX}{'A' * 43}"}, json=QUESTION)


def followed(*, other: bool) -> Fill:
    """An answer behind the link, or one of the talk that it was copied from."""

    async def fill(ask: Ask) -> Call:
        await heard_again(ask.stage)
        sam, project = ask.stage.sam.id, ask.foreign.project
        link, token = await share_link(ask.stage, sam, project, canary("talk"))
        answer = ask.foreign.talk.answer if other else await _copied(ask, link.id)
        return Call({"token": token, "message_id": answer})

    return fill


async def _copied(ask: Ask, share_id: UUID) -> UUID:
    async with ask.stage.database.session() as session:
        query = select(Conversation.id).where(Conversation.share_id == share_id)
        messages = await shown(session, (await session.exec(query)).one())
    return messages[-1].id


_ADMINS = role(ADMINS)
_SHARED: Mapping[Any, str] = {"talk": "whoever holds the link reads what was shared"}
_DECIDED: Mapping[Any, str] = {"talk": "admins see what they decide on"}
_ANSWERED: Mapping[Any, str] = {"project": "answers to guests quote the project's documents"}
_GONE, _NONE, _OFF = frozenset({410}), frozenset({404}), frozenset({403})
_REQUEST = "/share-requests/{request_id}"
_LINK = "/share/{token}"


def _seen_by_admins(name: str, fill: Fill, **rest: Any) -> Case:
    return Case(name, _ADMINS, fill, shows=_DECIDED, **rest)


ROUTES = {
    ("POST", "/chat/conversations/{conversation_id}/share-requests"): own(
        *conversation(json={"note": "plain"}), ok=frozenset({201}), changes=True
    ),
    ("GET", "/share-requests"): [
        Case("all or own", signed_in, listed, shows=_DECIDED, shown_to=_ADMINS)
    ],
    ("GET", f"{_REQUEST}/preview"): [
        _seen_by_admins("one", waiting()),
        Case("own", _ADMINS, waiting_own()),
    ],
    ("POST", f"{_REQUEST}/approve"): [
        _seen_by_admins("one", waiting(json={}), changes=True),
        Case("own", _ADMINS, waiting_own(json={}), changes=True),
    ],
    ("POST", f"{_REQUEST}/reject"): [
        _seen_by_admins("one", waiting(json={}), changes=True),
        Case("own", _ADMINS, waiting_own(json={}), changes=True),
    ],
    ("GET", "/shares"): [Case("all or own", signed_in, listed, shows=_DECIDED, shown_to=_ADMINS)],
    ("DELETE", "/shares/{share_id}"): [
        Case("own", signed_in, own_link, changes=True),
        Case("somebody else's", _ADMINS, sams_link, changes=True),
    ],
    # The link is the credential here, whoever else its holder is.
    ("GET", _LINK): [
        Case("good", anybody, held(), shows=_SHARED),
        Case("revoked", anybody, held(**REVOKED), ok=_GONE, callers=few),
        Case("expired", anybody, held(**EXPIRED), ok=_GONE, callers=few),
        Case("spent", anybody, held(**SPENT), shows=_SHARED, callers=few),
        Case("unknown", anybody, unknown, ok=_NONE, callers=few),
    ],
    ("POST", f"{_LINK}/messages"): [
        Case("good", anybody, asking(), shows=_ANSWERED, callers=few),
        Case("revoked", anybody, asking(**REVOKED), ok=_GONE, callers=few),
        Case("expired", anybody, asking(**EXPIRED), ok=_GONE, callers=few),
        Case("spent", anybody, asking(**SPENT), ok=_OFF, callers=few),
        Case("read alone", anybody, asking(**READ_ALONE), ok=_OFF, callers=few),
        Case("unknown", anybody, unknown, ok=_NONE, callers=few),
    ],
    ("GET", f"{_LINK}/messages/{{message_id}}/stream"): [
        Case("its own", anybody, followed(other=False), shows=_SHARED, callers=few),
        Case("another's", anybody, followed(other=True), ok=_NONE, callers=few),
    ],
}
