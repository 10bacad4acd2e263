"""People, their sessions and links."""

from uuid import uuid4

from uuid_utils.compat import uuid7

from app.accounts.links import make_link
from app.accounts.tables import User
from app.audit.record import Actor
from tests.authorization.cases import (
    ADMINS,
    Ask,
    Call,
    Case,
    Fill,
    anybody,
    few,
    in_person,
    mixed,
    nobody,
    role,
    signed_in,
)
from tests.authorization.declared.projects import no_body
from tests.authorization.who import Who
from tests.fixtures.site import PASSWORD

_PEOPLE = {"people": "admins look after people"}
_ADMINS, _TOP = role(ADMINS), role(frozenset({"superadmin"}))
_MADE = frozenset({201})


def sees_people(who: Who) -> bool:
    """Admins see everybody, managers their department."""
    return _ADMINS(who) or (who.sound and who.position == "manager")


def sees_near(who: Who) -> bool:
    """Those who see the near department."""
    return _ADMINS(who) or (who.sound and who.manages == "near")


def top_in_person(who: Who) -> bool:
    return _TOP(who) and in_person(who)


def admins_in_person(who: Who) -> bool:
    return _ADMINS(who) and in_person(who)


def made(**fields: object) -> Fill:
    """A new person with these fields."""

    async def fill(_: Ask) -> Call:
        body = {"name": "New", "email": f"{uuid7().hex}@example.com", **fields}
        return Call(json=body)

    return fill


def somebody(body: object = None, **fields: object) -> Fill:
    """A person made for the call, or one who is there and stays."""

    async def fill(ask: Ask) -> Call:
        if not ask.fresh and not fields:
            return Call({"user_id": ask.stage.near_user.id}, json=body)
        person = await ask.stage.person(**fields)
        return Call({"user_id": person.id}, json=body)

    return fill


def the_superadmin(body: object = None) -> Fill:
    async def fill(ask: Ask) -> Call:
        return Call({"user_id": ask.stage.ada}, json=body)

    return fill


def oneself(body: object = None) -> Fill:
    async def fill(ask: Ask) -> Call:
        return Call({"user_id": ask.who.user_id}, json=body)

    return fill


async def in_far(ask: Ask) -> Call:
    return Call(query={"departmentId": ask.stage.far.id, "search": ""})


async def near_person(ask: Ask) -> Call:
    return Call({"user_id": ask.stage.near_user.id})


async def far_person(ask: Ask) -> Call:
    return Call({"user_id": ask.stage.far_user.id})


async def sam(ask: Ask) -> Call:
    return Call({"user_id": ask.stage.sam.id})


async def placed_nowhere(_: Ask) -> Call:
    body = {"name": "New", "email": f"{uuid7().hex}@example.com", "departmentId": str(uuid4())}
    return Call(json=body)


async def own_name(_: Ask) -> Call:
    return Call(json={"name": "Caller"})


async def wrong_password(_: Ask) -> Call:
    return Call(json={"currentPassword": "not the one", "newPassword": f"{PASSWORD} staple"})


async def own_session(ask: Ask) -> Call:
    if not ask.fresh:
        return Call({"session_id": uuid7()})
    session_id, _ = await ask.stage.session(ask.who.user_id)
    return Call({"session_id": session_id})


async def sams_session(ask: Ask) -> Call:
    return Call({"session_id": ask.stage.sams_session})


async def other_sessions(ask: Ask) -> Call:
    """Of somebody made for it: the caller's own sessions are needed on."""
    if not ask.fresh:
        return Call()
    person = await ask.stage.person()
    _, pair = await ask.stage.session(person.id)
    return Call(bearer=pair.access_token)


async def _link(ask: Ask) -> str:
    actor = Actor(ask.stage.sam.id, "sam")
    person = await ask.stage.person()
    async with ask.stage.database.transaction() as session:
        user = await session.get_one(User, person.id)
        _, token = await make_link(session, actor, user)
    return token


async def a_link(ask: Ask) -> Call:
    return Call(json={"token": await _link(ask)})


async def a_link_taken_up(ask: Ask) -> Call:
    return Call(json={"token": await _link(ask), "password": PASSWORD})


ROUTES = {
    ("GET", "/users"): [
        Case("list", sees_people, no_body, shows=_PEOPLE, shown_to=_ADMINS),
        Case("far", sees_people, in_far, shows=_PEOPLE, shown_to=_ADMINS),
    ],
    ("POST", "/users"): [
        Case("a person", _ADMINS, made(), ok=_MADE, changes=True),
        Case("an admin", _TOP, made(platformRole="admin"), ok=_MADE, changes=True),
        Case("an engineer", _TOP, made(platformRole="engineer"), ok=_MADE, changes=True),
        Case("a superadmin", nobody, made(platformRole="superadmin")),
        mixed("in no department", placed_nowhere, callers=_ADMINS),
    ],
    ("GET", "/users/me"): [Case("own", signed_in, no_body)],
    ("PATCH", "/users/me"): [Case("own name", signed_in, own_name)],
    # Nobody here has this password; whoever may try hears that.
    ("POST", "/users/me/password"): [Case("wrong", in_person, wrong_password, ok=frozenset({400}))],
    ("GET", "/users/{user_id}"): [
        Case("near", sees_near, near_person),
        Case("far", _ADMINS, far_person, shows=_PEOPLE),
    ],
    ("PATCH", "/users/{user_id}"): [
        Case("name", _ADMINS, somebody({"name": "Other"}), changes=True),
        Case("off", _ADMINS, somebody({"isActive": False}), changes=True),
        Case("position", _ADMINS, somebody({"orgPosition": "manager"}), changes=True),
        Case("raised", _TOP, somebody({"platformRole": "admin"}), changes=True),
        Case("raised to the top", nobody, somebody({"platformRole": "superadmin"})),
        Case(
            "an admin dismissed",
            _TOP,
            somebody({"platformRole": "none"}, platform_role="admin"),
        ),
        Case("an admin off", _TOP, somebody({"isActive": False}, platform_role="admin")),
        Case("the superadmin's name", _TOP, the_superadmin({"name": "Ada L."})),
        Case("oneself off", nobody, oneself({"isActive": False})),
        Case(
            "oneself raised",
            nobody,
            oneself({"platformRole": "superadmin"}),
            callers=lambda who: who.role != "superadmin",
        ),
    ],
    ("DELETE", "/users/{user_id}"): [
        Case("a person", _ADMINS, somebody(), changes=True),
        Case("an engineer", _TOP, somebody(platform_role="engineer")),
        Case("the superadmin", nobody, the_superadmin()),
        Case("oneself", nobody, oneself()),
        mixed("an owner", sam, 409, callers=_ADMINS),
    ],
    ("POST", "/users/{user_id}/link"): [
        Case("a person", admins_in_person, somebody(), ok=_MADE, changes=True),
        Case("an admin", top_in_person, somebody(platform_role="admin"), ok=_MADE),
        Case("the superadmin", top_in_person, the_superadmin(), ok=_MADE),
    ],
    ("DELETE", "/users/{user_id}/sessions"): [
        Case("a person", _ADMINS, somebody(), changes=True),
        Case("an admin", _TOP, somebody(platform_role="admin")),
        Case("the superadmin", nobody, the_superadmin(), callers=lambda who: not _TOP(who)),
    ],
    ("GET", "/auth/sessions"): [Case("own", in_person, no_body)],
    ("DELETE", "/auth/sessions"): [Case("own", in_person, other_sessions, changes=True)],
    ("DELETE", "/auth/sessions/{session_id}"): [
        Case("own", in_person, own_session, changes=True),
        Case("somebody else's", nobody, sams_session),
    ],
    ("POST", "/auth/links/open"): [Case("a good one", anybody, a_link, callers=few)],
    ("POST", "/auth/links/accept"): [Case("a good one", anybody, a_link_taken_up, callers=few)],
}
