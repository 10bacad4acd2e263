"""Set-up, sign-in, tokens, providers, the log, health."""

from uuid_utils.compat import uuid7

from tests.authorization.cases import (
    ADMINS,
    KEEPERS,
    Ask,
    Call,
    Case,
    anybody,
    few,
    in_person,
    nobody,
    role,
    signed_in,
)
from tests.authorization.declared.projects import no_body
from tests.fixtures.site import PASSWORD

_LOG = {
    "people": "admins look after people",
    "audit": "admins read the log",
}


async def set_up(_: Ask) -> Call:
    person = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD}
    return Call(json={"superadmin": person})


async def login(_: Ask) -> Call:
    return Call(json={"email": "ada@example.com", "password": PASSWORD})


async def refresh(ask: Ask) -> Call:
    _, pair = await ask.stage.session(ask.stage.sam.id)
    return Call(json={"refreshToken": pair.refresh_token})


async def refresh_by_access_token(ask: Ask) -> Call:
    _, pair = await ask.stage.session(ask.stage.sam.id)
    return Call(json={"refreshToken": pair.access_token})


async def logout(ask: Ask) -> Call:
    """With a session made for it, whoever calls: the caller's own is needed on."""
    if not ask.who.sound or ask.who.by_token:
        return Call()
    _, pair = await ask.stage.session(ask.who.user_id)
    return Call(bearer=pair.access_token)


async def new_token(_: Ask) -> Call:
    return Call(json={"name": "New"})


async def own_token(ask: Ask) -> Call:
    identity, _ = await ask.stage.token(ask.who.user_id) if ask.fresh else (uuid7(), "")
    return Call({"token_id": identity})


async def sams_token(ask: Ask) -> Call:
    return Call({"token_id": ask.stage.sams_token})


async def new_provider(_: Ask) -> Call:
    slug = f"n{uuid7().hex}"
    body = {"name": "New", "slug": slug, "baseUrl": "http://127.0.0.1:9/v1", "isDefault": False}
    return Call(json=body)


async def provider(ask: Ask) -> Call:
    return Call({"provider_id": await ask.stage.endpoint() if ask.fresh else ask.stage.provider})


async def provider_renamed(ask: Ask) -> Call:
    return Call((await provider(ask)).path, json={"name": "Renamed"})


async def new_endpoint(_: Ask) -> Call:
    return Call(json={"baseUrl": "http://127.0.0.1:9/v1", "model": "m"})


async def stand_ins(_: Ask) -> Call:
    return Call(json={"models": ["extractive/quotes"]})


async def as_csv(_: Ask) -> Call:
    return Call(query={"format": "csv"})


async def of_the_foreign_project(ask: Ask) -> Call:
    return Call(query={"projectId": ask.foreign.project})


async def by_project(_: Ask) -> Call:
    return Call(query={"by": "project"})


_GONE = frozenset({204})
_KEEPERS, _ADMINS = role(KEEPERS), role(ADMINS)

ROUTES = {
    ("GET", "/bootstrap/status"): [Case("status", anybody, no_body)],
    ("POST", "/bootstrap/init"): [Case("again", anybody, set_up, ok=frozenset({409}), callers=few)],
    ("GET", "/auth/ways"): [Case("ways", anybody, no_body)],
    # Without an issuer there is neither a way there nor one back: for nobody.
    ("GET", "/auth/oidc/start"): [Case("away", anybody, no_body, ok=frozenset({404}), callers=few)],
    ("GET", "/auth/oidc/callback"): [
        Case("back", anybody, no_body, ok=frozenset({404}), callers=few)
    ],
    ("POST", "/auth/login"): [Case("password", anybody, login, callers=few)],
    ("POST", "/auth/refresh"): [
        Case("own token", anybody, refresh, callers=few),
        Case("an access token", anybody, refresh_by_access_token, ok=frozenset({401}), callers=few),
    ],
    # A page's refresh token is what ends its session: the one cookie that means something.
    ("POST", "/auth/logout"): [
        Case("own session", signed_in, logout, ok=_GONE, callers=lambda who: not who.cookies)
    ],
    ("GET", "/auth/me"): [Case("own", signed_in, no_body)],
    ("GET", "/tokens"): [Case("own", signed_in, no_body)],
    ("POST", "/tokens"): [Case("new", in_person, new_token, ok=frozenset({201}), changes=True)],
    ("DELETE", "/tokens/{token_id}"): [
        Case("own", signed_in, own_token, ok=_GONE, changes=True),
        Case("somebody else's", nobody, sams_token),
    ],
    ("GET", "/providers"): [Case("list", signed_in, no_body)],
    ("GET", "/providers/models"): [Case("list", signed_in, no_body)],
    ("GET", "/system/embedding"): [Case("show", _KEEPERS, no_body)],
    ("GET", "/providers/admin"): [Case("list", _KEEPERS, no_body)],
    ("GET", "/providers/presets"): [Case("all", _KEEPERS, no_body)],
    ("GET", "/providers/fallback"): [Case("list", _KEEPERS, no_body)],
    ("PUT", "/providers/fallback"): [Case("list", _KEEPERS, stand_ins, changes=True)],
    # Nothing answers there, and that is what it says.
    ("POST", "/providers/test"): [Case("new", _KEEPERS, new_endpoint)],
    ("POST", "/providers"): [
        Case("new", _KEEPERS, new_provider, ok=frozenset({201}), changes=True)
    ],
    ("PATCH", "/providers/{provider_id}"): [Case("one", _KEEPERS, provider_renamed, changes=True)],
    ("DELETE", "/providers/{provider_id}"): [Case("one", _KEEPERS, provider, changes=True)],
    ("POST", "/providers/{provider_id}/delete"): [Case("one", _KEEPERS, provider, changes=True)],
    ("POST", "/providers/{provider_id}/test"): [Case("one", _KEEPERS, provider)],
    # Nothing answers there: it gets through to the endpoint and says so.
    ("POST", "/providers/{provider_id}/models/refresh"): [
        Case("one", _KEEPERS, provider, ok=frozenset({400}))
    ],
    ("GET", "/audit-log"): [
        Case("all", _ADMINS, no_body, shows=_LOG),
        Case("as a file", _ADMINS, as_csv, shows=_LOG),
        Case("of a project", _ADMINS, of_the_foreign_project, shows=_LOG),
    ],
    ("GET", "/usage"): [
        Case("by person", _ADMINS, no_body, shows=_LOG),
        Case("by project", _ADMINS, by_project, shows=_LOG),
        Case("as a file", _ADMINS, as_csv, shows=_LOG),
    ],
    ("GET", "/system/checks"): [Case("all", _KEEPERS, no_body, shows=_LOG)],
    ("GET", "/health/live"): [Case("alive", anybody, no_body, callers=few)],
    ("GET", "/health/ready"): [
        Case("ready", anybody, no_body, ok=frozenset({200, 503}), callers=few)
    ],
}
