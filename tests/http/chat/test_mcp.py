"""The official MCP client against a real site: tools under the caller's own token."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from sqlmodel import col, select

from app.accounts.sessions import Client as Device
from app.accounts.sessions import open_session
from app.accounts.tables import User
from app.audit.tables import AuditEntry
from app.chat.tables import Conversation, Message
from tests.http.chat.bench import QUESTION, RENT, Bench
from tests.http.chat.samples import run_sample
from tests.http.customers.shop import answered_by
from tests.upstreams.openai_server import OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
SPOKEN = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def host(bench: Bench, token: str | None = None) -> AsyncGenerator[Client]:
    """An MCP host with somebody's token."""
    given = token or bench.ada.headers["authorization"].removeprefix("Bearer ")
    headers = {"Authorization": f"Bearer {given}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{bench.site.url}/mcp", http_client=http)) as client,
    ):
        yield client


async def stranger(bench: Bench) -> str:
    """The token of somebody who reaches nothing."""
    async with bench.site.services.database.transaction() as session:
        found = (await session.exec(select(User).where(User.email == "mo@example.com"))).first()
        user = found or User(email="mo@example.com", name="Mo", password_hash="-")
        session.add(user)
        await session.flush()
        opened = await open_session(
            session, user, "password", Device("127.0.0.1"), bench.site.settings.secret()
        )
        return opened.access_token


def said(result: Any) -> str:
    return result.content[0].text


async def test_the_tools_are_listed_with_what_they_take(bench: Bench) -> None:
    async with host(bench) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"list_projects", "search_documents", "ask_project", "read_source"}
    assert tools["ask_project"].input_schema["required"] == ["projectId", "question"]
    assert tools["search_documents"].input_schema["properties"]["limit"]["maximum"] == 50
    assert all(tool.description for tool in tools.values())


async def test_a_host_finds_asks_and_reads_on(bench: Bench) -> None:
    async with host(bench) as client:
        listed = (await client.call_tool("list_projects", {})).structured_content
        (house,) = [each for each in listed["projects"] if each["id"] == str(bench.project)]
        assert (house["name"], house["accessTier"]) == ("House", "full")
        there = {"projectId": house["id"]}
        found = await client.call_tool("search_documents", {**there, "query": "rent", "limit": 3})
        assert found.structured_content["passages"][0]["documentName"] == "rent.txt"
        asked = await client.call_tool("ask_project", {**there, "question": QUESTION})
        assert not asked.is_error
        told = asked.structured_content
        assert "due on Monday" in told["answer"]
        assert said(asked) == told["answer"]
        assert told["citations"][0]["quote"] in RENT
        assert told["sources"][0]["documentName"] == "rent.txt"
        chunk = {"chunkId": told["citations"][0]["chunkId"]}
        place = (await client.call_tool("read_source", chunk)).structured_content
        assert place["context"] in RENT
        assert place["stale"] is False
    async with bench.site.services.database.session() as session:
        query = select(Conversation.title).where(col(Conversation.channel) == "mcp")
        assert QUESTION in set(await session.exec(query))


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("ask_project", {}, "invalid_request: "),
        ("ask_project", {"projectId": "no", "question": "x"}, "invalid_request: "),
        ("search_documents", {"projectId": "HOUSE", "query": "x", "limit": 0}, "invalid_request: "),
        ("ask_project", {"projectId": "HOUSE", "question": " "}, "invalid_request: "),
        (
            "ask_project",
            {"projectId": "00000000-0000-0000-0000-000000000001", "question": "x"},
            "not_found: ",
        ),
        ("read_source", {"chunkId": "00000000-0000-0000-0000-000000000001"}, "not_found: "),
        ("no_such_tool", {}, "not_found: "),
    ],
)
async def test_a_refusal_is_the_tools_error_in_our_words(
    bench: Bench, tool: str, arguments: dict[str, Any], why: str
) -> None:
    given = {k: str(bench.project) if v == "HOUSE" else v for k, v in arguments.items()}
    async with host(bench) as client:
        result = await client.call_tool(tool, given)
    assert result.is_error
    assert said(result).startswith(why)


async def test_nobody_reads_through_a_tool_what_is_closed_to_them(bench: Bench) -> None:
    async with host(bench) as client:
        there = {"projectId": str(bench.project)}
        asked = await client.call_tool("ask_project", {**there, "question": QUESTION})
    chunk = asked.structured_content["citations"][0]["chunkId"]
    async with host(bench, await stranger(bench)) as client:
        listed = (await client.call_tool("list_projects", {})).structured_content
        assert listed == {"projects": []}
        refused = [
            await client.call_tool("ask_project", {**there, "question": QUESTION}),
            await client.call_tool("search_documents", {**there, "query": "rent"}),
            await client.call_tool("read_source", {"chunkId": chunk}),
        ]
    for result in refused:
        assert result.is_error
        assert said(result).startswith(("project_access_denied: ", "not_found: "))
        assert "Monday" not in str(result)


async def test_staff_who_reach_a_project_by_their_role_alone_are_noted(bench: Bench) -> None:
    async with bench.site.services.database.transaction() as session:
        engineer = User(
            email="eng@example.com", name="En", password_hash="-", platform_role="engineer"
        )
        session.add(engineer)
        await session.flush()
        opened = await open_session(
            session, engineer, "password", Device("127.0.0.1"), bench.site.settings.secret()
        )
    async with host(bench, opened.access_token) as client:
        asked = {"projectId": str(bench.project), "question": QUESTION}
        assert not (await client.call_tool("ask_project", asked)).is_error
    async with bench.site.services.database.session() as session:
        query = select(AuditEntry).where(
            AuditEntry.action == "project.reached_by_role", AuditEntry.actor_id == engineer.id
        )
        assert len(list(await session.exec(query))) == 1


async def by_the_official_client(bench: Bench, call: dict[str, Any]) -> None:
    async with host(bench) as client:
        await client.call_tool(call["name"], call["arguments"])


async def by_hand(bench: Bench, call: dict[str, Any]) -> None:
    body = {**PING, "method": "tools/call", "params": call}
    await bench.ada.post("/mcp", json=body, headers=SPOKEN)


@pytest.mark.parametrize("way", [by_the_official_client, by_hand])
async def test_whoever_hangs_up_leaves_nothing_running(
    bench: Bench, way: Callable[[Bench, dict[str, Any]], Awaitable[None]]
) -> None:
    runs = bench.site.services.runs
    arguments = {"projectId": str(bench.project), "question": QUESTION}
    async with OpenAIServer() as upstream, answered_by(bench, upstream, "steps"):
        asking = asyncio.create_task(way(bench, {"name": "ask_project", "arguments": arguments}))
        await eventually(lambda: upstream.questions == 1)
        upstream.release(2)
        (running,) = runs._open
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await eventually(lambda: not runs._open)
    async with bench.site.services.database.session() as session:
        answer = await session.get_one(Message, running)
    assert answer.status == "stopped"


@pytest.mark.parametrize("token", [None, "garbage", "lumen_pat_garbage", "lumen_int_garbage"])
async def test_without_a_token_that_means_somebody_nothing_is_said(
    bench: Bench, token: str | None
) -> None:
    async with bench.site.client(token) as client:
        answer = await client.post("/mcp", json=PING, headers=SPOKEN)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"] == "unauthenticated"


async def test_other_methods_and_large_bodies_are_refused(bench: Bench) -> None:
    assert (await bench.ada.get("/mcp", headers=SPOKEN)).status_code == 405
    assert (await bench.ada.delete("/mcp")).status_code == 405
    large = {**PING, "params": {"x": "y" * 2_000_000}}
    assert (await bench.ada.post("/mcp", json=large, headers=SPOKEN)).status_code == 413


async def test_the_sample_of_the_how_to_runs(bench: Bench) -> None:
    told = await run_sample(bench, "MCP hosts", "python", sys.executable, "-c")
    assert "due on Monday" in told
    assert "[1] rent.txt: " in told
