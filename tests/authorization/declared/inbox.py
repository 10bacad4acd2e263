"""Customers' conversations, as the people of a project see them."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from app.chat.tables import Conversation, Message
from app.integrations.tables import Integration
from tests.authorization.canaries import canary
from tests.authorization.cases import Ask, Call, Case, Fill, mixed, project
from tests.authorization.declared.projects import here
from tests.authorization.rooms import Talk, add

_READ = {"talk": "whoever may edit a project answers its customers"}
_KEPT: dict[tuple[str, UUID], Talk] = {}


async def customers_talk(ask: Ask, project_id: UUID) -> Talk:
    """A customer's conversation in a project: made once, or for a call that changes it."""
    key = (ask.stage.site.url, project_id)
    if ask.fresh or key not in _KEPT:
        _KEPT[key] = await _made(ask, project_id)
    return _KEPT[key]


async def _made(ask: Ask, project_id: UUID) -> Talk:
    word = canary("talk") if project_id == ask.foreign.project else "plain"
    integration = Integration(
        project_id=project_id,
        name=word,
        kind="api",
        token_hash=uuid7().hex,
        token_last4="last",
        rate_limit_per_minute=60,
        customer_limit_per_minute=20,
    )
    talk = Talk(uuid7(), uuid7(), uuid7())
    await add(
        ask.stage.database,
        integration,
        Conversation(
            id=talk.conversation,
            project_id=project_id,
            integration_id=integration.id,
            customer_key=word,
            channel="lumika",
        ),
        Message(id=talk.question, conversation_id=talk.conversation, role="user", content=word),
        Message(id=talk.answer, conversation_id=talk.conversation, role="note", content=word),
    )
    return talk


def of_customer(body: Callable[[Talk], object] | None = None) -> Fill:
    """A call on a customer's conversation of the room."""

    async def fill(ask: Ask) -> Call:
        talk = await customers_talk(ask, ask.room.project)
        return Call({"conversation_id": talk.conversation}, json=body and body(talk))

    return fill


async def _foreign_message_read(ask: Ask) -> Call:
    own = await customers_talk(ask, ask.stage.rooms[ask.who.home].project)
    foreign = await customers_talk(ask, ask.foreign.project)
    return Call({"conversation_id": own.conversation}, json={"lastMessageId": str(foreign.answer)})


async def _a_persons(ask: Ask) -> Call:
    """The caller's own conversation, which is no customer's."""
    return Call({"conversation_id": (await ask.talk()).conversation})


_CONVERSATION = "/inbox/conversations/{conversation_id}"
_edit = partial(project, "edit")


def _no_inbox(**sent: object) -> list[Case]:
    async def fill(ask: Ask) -> Call:
        return Call((await _a_persons(ask)).path, **sent)  # pyright: ignore[reportArgumentType]

    return [mixed("a person's own", fill)]


_SAID = {"body": "Hello."}
_STATUS = {"status": "resolved"}

ROUTES = {
    ("GET", "/projects/{project_id}/inbox"): _edit(here, shows=_READ),
    ("GET", "/projects/{project_id}/inbox/events"): _edit(here, endless=True),
    ("GET", _CONVERSATION): [*_edit(of_customer(), shows=_READ), *_no_inbox()],
    ("POST", f"{_CONVERSATION}/reply"): [
        *_edit(of_customer(lambda _: _SAID), ok=frozenset({201}), changes=True),
        *_no_inbox(json=_SAID),
    ],
    ("POST", f"{_CONVERSATION}/note"): [
        *_edit(of_customer(lambda _: _SAID), ok=frozenset({201}), changes=True),
        *_no_inbox(json=_SAID),
    ],
    ("POST", f"{_CONVERSATION}/status"): [
        *_edit(of_customer(lambda _: _STATUS), shows=_READ, changes=True),
        *_no_inbox(json=_STATUS),
    ],
    ("POST", f"{_CONVERSATION}/read"): [
        *_edit(of_customer(lambda talk: {"lastMessageId": str(talk.question)}), changes=True),
        mixed("own conversation, foreign message", _foreign_message_read),
    ],
}
