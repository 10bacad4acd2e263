"""Nobody reads what isn't theirs: every route, every method, every caller, own ids and foreign."""

import asyncio

import pytest

from tests.architecture.routes import routes
from tests.authorization.calling import Answer, World
from tests.authorization.canaries import sung
from tests.authorization.cases import Call
from tests.authorization.expectations import ROUTES, UNLISTED, Route
from tests.authorization.stage import Stage
from tests.authorization.who import Who

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def _named(route: Route) -> str:
    return " ".join(route)


async def described(world: World) -> set[Route]:
    stage, _, _ = world
    async with stage.site.client() as nobody:
        document = (await nobody.get("/schema/openapi.json")).json()
    return {(method.upper(), path) for path, item in document["paths"].items() for method in item}


async def test_every_route_says_what_it_needs(world: World) -> None:
    found = await described(world)
    forgotten = sorted(map(_named, found - ROUTES.keys()))
    assert not forgotten, (
        f"Say in tests/authorization/declared/ who may call these, and with what: {forgotten}"
    )
    left_over = sorted(map(_named, ROUTES.keys() - found))
    assert not left_over, f"These are no routes any more; take them out: {left_over}"


async def test_no_route_hides_from_the_document(world: World) -> None:
    shown = {(method, _plain(path)) for method, path in await described(world) | UNLISTED.keys()}
    hidden = {_named((route.method, route.path)) for route in routes()} - set(map(_named, shown))
    assert not hidden


def _plain(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("route", ROUTES, ids=_named)
async def test_only_those_who_may_get_through(world: World, route: Route) -> None:
    _, callers, caller = world
    wrong: list[str] = []
    for at, case in enumerate(ROUTES[route]):
        wrong += await caller.judge_all(route, case, callers, thorough=at == 0)
    assert not wrong, "\n".join(wrong[:40])


async def test_methods_that_no_route_declares_give_nothing(world: World) -> None:
    stage, callers, caller = world
    asking = [who for who in callers if who.name in {"anonymous", "superadmin"}]

    async def wrong(path: str, who: Who) -> list[str]:
        found: list[str] = []
        for method in METHODS:
            if (method, path) not in declared:
                answer = await caller.send((method, path), Call(_foreign_ids(stage)), who)
                if not _gives_nothing(method, answer):
                    found.append(f"{method} {path} as {who.name}: {answer.status}")
        return found

    paths = sorted({path for _, path in ROUTES})
    declared = ROUTES.keys() | {("HEAD", path) for method, path in ROUTES if method == "GET"}
    found = await asyncio.gather(*(wrong(path, who) for path in paths for who in asking))
    assert not [line for lines in found for line in lines]


async def test_head_tells_no_more_than_get_and_nobody_else(world: World) -> None:
    stage, callers, caller = world
    asking = [who for who in callers if who.name in {"anonymous", "owner", "suspended"}]

    async def wrong(path: str, who: Who) -> str | None:
        call = Call(_foreign_ids(stage))
        got = await caller.send(("GET", path), call, who)
        head = await caller.send(("HEAD", path), call, who)
        same = got.status == head.status and not head.response.content and not sung(head.raw)
        return None if same else f"{path} as {who.name}: {got.status}, {head.status}"

    paths = sorted(path for method, path in ROUTES if method == "GET")
    found = await asyncio.gather(*(wrong(path, who) for path in paths for who in asking))
    assert not [line for line in found if line]


def _foreign_ids(stage: Stage) -> dict[str, object]:
    foreign = stage.rooms["foreign"]
    return {
        "project_id": foreign.project,
        "document_id": foreign.document,
        "conversation_id": foreign.talk.conversation,
        "message_id": foreign.talk.answer,
        "chunk_id": foreign.chunk,
        "memory_id": foreign.memory,
        "grant_id": foreign.grant,
        "integration_id": foreign.integration,
        "user_id": stage.far_user.id,
        "group_id": stage.far_group.id,
        "department_id": stage.far.id,
        "token_id": stage.sams_token,
        "session_id": stage.sams_session,
        "provider_id": stage.provider,
        "request_id": stage.provider,
        "share_id": stage.provider,
        "token": "lumen_share_of_nobody",
        "webhook_id": foreign.memory,
        "delivery_id": foreign.memory,
        "number": 1,
        "model": foreign.project,
        "chat_id": "none",
    }


def _gives_nothing(method: str, answer: Answer) -> bool:
    refused = answer.status in {404, 405} or (method == "OPTIONS" and answer.status == 204)
    return refused and not sung(answer.raw)
