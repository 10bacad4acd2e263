"""Questions, answers, conversations."""

from collections.abc import Callable, Mapping
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.authorization.cases import (
    Ask,
    Call,
    Case,
    Fill,
    at_home,
    mixed,
    own,
    project,
    signed_in,
)
from tests.authorization.declared.projects import here, no_body
from tests.authorization.rooms import Talk, add_talk

QUESTION = {"message": "How many otters did the census count?"}


async def asked(ask: Ask) -> Call:
    key = {"Idempotency-Key": str(uuid7())}
    return Call({"project_id": ask.room.project}, json=QUESTION, headers=key)


async def asked_of_one(ask: Ask) -> Call:
    body = {**QUESTION, "documentIds": [str(ask.room.document)]}
    return Call({"project_id": ask.room.project}, json=body)


async def asked_on(ask: Ask) -> Call:
    talk = await ask.talk()
    project_id = ask.stage.rooms[ask.who.home].project
    return Call(
        {"project_id": project_id}, json={**QUESTION, "conversationId": str(talk.conversation)}
    )


def asking(**fields: Callable[[Ask], object]) -> Fill:
    """A question in the caller's room that names something of somebody else's."""

    async def fill(ask: Ask) -> Call:
        body = {**QUESTION, **{name: value(ask) for name, value in fields.items()}}
        return Call({"project_id": ask.room.project}, json=body)

    return fill


async def asked_on_in_another_project(ask: Ask) -> Call:
    """With the caller's own conversation, of a project that they may use as well."""
    public = ask.stage.rooms["public"].project
    talk = await add_talk(ask.stage.database, ask.who.user_id, public, "plain")
    body = {**QUESTION, "conversationId": str(talk.conversation)}
    return Call({"project_id": ask.room.project}, json=body)


async def words(_: Ask) -> Call:
    return Call(query={"q": "a"})


def source(pick: Callable[[Ask], UUID]) -> Fill:
    """Where a passage stands."""

    async def fill(ask: Ask) -> Call:
        return Call({"chunk_id": pick(ask)})

    return fill


def of_talk(
    parameter: str, pick: Callable[[Talk], UUID], **sent: object
) -> tuple[Fill, Mapping[str, Fill]]:
    """The caller's own, and other people's in the same project and in the foreign one."""

    def call(talk: Talk) -> Call:
        return Call({parameter: pick(talk)}, **sent)

    async def mine(ask: Ask) -> Call:
        return call(await ask.talk())

    async def a_colleagues(ask: Ask) -> Call:
        return call(ask.room.talk)

    async def a_strangers(ask: Ask) -> Call:
        return call(ask.foreign.talk)

    return mine, {"a colleague's": a_colleagues, "a stranger's": a_strangers}


def conversation(**sent: object) -> tuple[Fill, Mapping[str, Fill]]:
    return of_talk("conversation_id", lambda talk: talk.conversation, **sent)


def answer(**sent: object) -> tuple[Fill, Mapping[str, Fill]]:
    return of_talk("message_id", lambda talk: talk.answer, **sent)


_CONVERSATION = "/chat/conversations/{conversation_id}"
_MESSAGE = "/chat/messages/{message_id}"
_PRIVATE = at_home("use")

ROUTES = {
    ("GET", "/chat/config"): [Case("modes", signed_in, no_body)],
    ("GET", "/chat/recent"): [Case("own", signed_in, no_body)],
    ("GET", "/chat/search"): [Case("own", signed_in, words)],
    ("POST", "/chat/projects/{project_id}"): [
        *project("use", asked),
        Case("one document", _PRIVATE, asked_of_one),
        Case("own conversation", _PRIVATE, asked_on, changes=True),
        mixed(
            "own project, foreign document",
            asking(documentIds=lambda ask: [str(ask.foreign.document)]),
        ),
        mixed(
            "own project, own and foreign documents",
            asking(documentIds=lambda ask: [str(ask.room.document), str(ask.foreign.document)]),
        ),
        mixed(
            "own project, a colleague's conversation",
            asking(conversationId=lambda ask: str(ask.room.talk.conversation)),
        ),
        mixed(
            "own project, a stranger's conversation",
            asking(conversationId=lambda ask: str(ask.foreign.talk.conversation)),
        ),
        mixed(
            "own project, own conversation of another one",
            asked_on_in_another_project,
            callers=lambda who: who.home != "public" and who.has("use", who.home),
        ),
        mixed("own project, unknown model", asking(modelId=lambda _: "no/such"), 422),
        mixed("web", asking(mode=lambda _: "web"), 422),
    ],
    ("GET", "/chat/projects/{project_id}/conversations"): project("use", here),
    ("GET", _CONVERSATION): own(*conversation()),
    ("PATCH", _CONVERSATION): own(*conversation(json={"title": "Renamed"}), changes=True),
    ("DELETE", _CONVERSATION): own(*conversation(), changes=True),
    ("GET", f"{_CONVERSATION}/export"): [
        *own(*conversation()),
        *own(*conversation(query={"format": "json"})),
    ],
    ("GET", f"{_MESSAGE}/stream"): [
        *own(*answer()),
        *own(*answer(headers={"Last-Event-ID": "1"})),
        *own(*answer(query={"after": "1"})),
    ],
    ("GET", f"{_MESSAGE}/trace"): own(*answer(), tier="edit"),
    ("POST", f"{_MESSAGE}/stop"): own(*answer(), changes=True),
    ("POST", f"{_MESSAGE}/regenerate"): own(*answer(), changes=True),
    ("PUT", f"{_MESSAGE}/feedback"): own(*answer(json={"rating": "up"}), changes=True),
    ("GET", "/chat/chunks/{chunk_id}/source"): [
        *project("use", source(lambda ask: ask.room.chunk)),
        *project("use", source(lambda ask: ask.room.gone), ok=frozenset({410})),
    ],
}
