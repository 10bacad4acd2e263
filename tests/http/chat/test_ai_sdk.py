"""The Vercel AI SDK's own chat transport, in Node, against a real site."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel import col, select

from app.accounts.tables import User
from app.chat.kept_elsewhere import named
from app.chat.tables import Conversation, Message
from tests.clients.npm import CLIENTS, NODE, fetch_packages
from tests.http.chat.bench import QUESTION, Bench
from tests.http.chat.samples import run_sample
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def packages() -> None:
    """The pinned packages, fetched once."""
    if complaint := await fetch_packages():
        pytest.skip(f"npm could not fetch the AI SDK: {complaint}")


class Chatting:
    """One chat of the SDK's."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.bench = bench
        self.name = name
        self.api = f"{bench.site.url}/api/ai-sdk/projects/{bench.project}/chat"

    async def run(
        self,
        action: str,
        messages: list[Any] | None = None,
        *,
        opened: asyncio.Event | None = None,
    ) -> dict[str, Any]:
        """What the SDK understood; `opened` is set as soon as it has an answer before it."""
        token = self.bench.ada.headers["authorization"].removeprefix("Bearer ")
        told = json.dumps(messages) if messages else ""
        running = await asyncio.create_subprocess_exec(
            NODE, "ai-sdk.mjs", self.api, token, self.name, action, told,
            cwd=CLIENTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert running.stdout is not None
        if await running.stdout.readline() and opened is not None:
            opened.set()
        said, complained = await running.communicate()
        assert running.returncode == 0, complained.decode()
        return json.loads(said)

    async def kept(self) -> list[tuple[str, str]]:
        """What the server keeps of it."""
        async with self.bench.site.services.database.session() as session:
            query = select(Conversation.id).where(
                Conversation.channel == "ai-sdk", Conversation.project_id == self.bench.project
            )
            user = (await self.bench.ada.get("/auth/me")).json()["user"]["id"]
            wanted = named(User(id=UUID(user)), self.bench.project, self.name)
            assert wanted in set(await session.exec(query))
            rows = (
                select(Message).where(Message.conversation_id == wanted).order_by(col(Message.id))
            )
            return [(each.role, each.content) for each in await session.exec(rows)]


def user_says(text: str) -> dict[str, Any]:
    return {"id": "u", "role": "user", "parts": [{"type": "text", "text": text}]}


def text_of(told: dict[str, Any]) -> str:
    return "".join(part["text"] for part in told["message"]["parts"] if part["type"] == "text")


async def test_the_sdk_reads_an_answer_with_its_sources(bench: Bench) -> None:
    chatting = Chatting(bench, "first")
    told = await chatting.run("submit-message", [user_says(QUESTION)])
    assert "due on Monday" in text_of(told)
    kinds = [part["type"] for part in told["message"]["parts"]]
    assert "source-document" in kinds
    assert "data-citation" in kinds
    assert told["parts"][0] == "start"
    assert told["parts"][-1] == "finish"
    assert told["error"] is None
    assert told["message"]["metadata"]["totalTokens"] >= 0
    assert (await chatting.run("resume"))["isIdle"] is True
    again = [user_says(QUESTION), told["message"], user_says("Who is paid?")]
    await chatting.run("submit-message", again)
    kept = await chatting.kept()
    assert [role for role, _ in kept] == ["user", "assistant", "user", "assistant"]
    await chatting.run("regenerate-message", [user_says(QUESTION)])
    kept = await chatting.kept()
    assert [role for role, _ in kept] == ["user", "assistant"]


async def test_the_sdk_comes_back_to_an_answer_from_its_beginning(bench: Bench) -> None:
    chatting = Chatting(bench, "second")
    path = f"/projects/{bench.project}"
    async with OpenAIServer() as upstream:
        await bench.add(upstream, "sdk", ["steps"])
        await bench.ada.patch(path, json={"settings": {"model": "sdk/steps"}})
        body = {"id": "second", "messages": [user_says(QUESTION)]}
        upstream.release(2)
        async with bench.ada.stream("POST", chatting.api, json=body) as answer:
            assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
            async for line in answer.aiter_lines():
                if "text-delta" in line:
                    break
        opened = asyncio.Event()
        resuming = asyncio.create_task(chatting.run("resume", opened=opened))
        await opened.wait()
        upstream.release(len(WORDS))
        told = await resuming
        questions = upstream.questions
        hanging = asyncio.create_task(chatting.run("submit-message", [user_says("Once more?")]))
        await eventually(lambda: upstream.questions > questions)
        # Whoever asks on has given up what is being written.
        on = asyncio.create_task(chatting.run("submit-message", [user_says("And now?")]))
        aborted = await hanging
        upstream.release(100)  # The question is rewritten by the same model first.
        last = await on
        await bench.ada.patch(path, json={"settings": {"model": None}})
    assert text_of(told) == text_of(last) == ANSWER
    assert aborted["parts"][-1] == "abort"


async def test_the_sdk_is_told_of_an_error_in_mid_stream(bench: Bench) -> None:
    path = f"/projects/{bench.project}"
    async with OpenAIServer() as upstream:
        await bench.add(upstream, "sdk-cut", ["cut-close"])
        await bench.ada.patch(path, json={"settings": {"model": "sdk-cut/cut-close"}})
        told = await Chatting(bench, "third").run("submit-message", [user_says(QUESTION)])
        await bench.ada.patch(path, json={"settings": {"model": None}})
    assert text_of(told) == "The rent is "
    assert "finish" not in told["parts"]
    assert told["error"].startswith("the provider's stream ended")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "x", "messages": []},
        {"id": "", "messages": [user_says("a")]},
        {"id": "x" * 129, "messages": [user_says("a")]},
        {"id": "x", "messages": [{"role": "wizard", "parts": []}]},
        {"id": "x", "messages": [user_says("a" * 9_000)]},
    ],
)
async def test_a_bad_request_is_refused_before_the_stream(bench: Bench, body: Any) -> None:
    answer = await bench.ada.post(f"/api/ai-sdk/projects/{bench.project}/chat", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == "invalid_request"


async def test_the_sample_of_the_how_to_runs(bench: Bench) -> None:
    run = (NODE, "--input-type=module", "--eval")
    said = await run_sample(bench, "The Vercel AI SDK", "js", *run)
    assert "due on Monday" in said
    assert "rent.txt" in said
    assert said.endswith("null\n")
