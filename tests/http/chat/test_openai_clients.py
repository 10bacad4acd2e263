"""The official OpenAI client against a real site: what it asks, is refused and leaves behind."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from sqlmodel import col, select

from app.audit.record import SERVER
from app.chat.tables import Conversation, Message, UsageRecord
from app.integrations import store as integrations
from app.integrations.tables import Integration
from tests.http.chat.bench import QUESTION, RENT, Bench
from tests.http.chat.samples import run_sample
from tests.upstreams.openai_server import ANSWER, USAGE, OpenAIServer
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"content-type": "application/json"}
ASKED: list[Any] = [{"role": "user", "content": QUESTION}]


def token_of(bench: Bench) -> str:
    return bench.ada.headers["authorization"].removeprefix("Bearer ")


@asynccontextmanager
async def client_of(bench: Bench, token: str | None = None) -> AsyncGenerator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{bench.site.url}/v1", api_key=token or token_of(bench), max_retries=0
    ) as client:
        yield client


@asynccontextmanager
async def answering(bench: Bench, model: str) -> AsyncGenerator[OpenAIServer]:
    """Let this model, or this fault, answer the project's questions."""
    path = f"/projects/{bench.project}"
    async with OpenAIServer() as upstream:
        slug = f"oai-{model.replace('_', '-')}"
        provider = await bench.add(upstream, slug, [model])
        settings = {"settings": {"model": f"{slug}/{model}"}}
        assert (await bench.ada.patch(path, json=settings)).status_code == 200
        yield upstream
        await bench.ada.patch(path, json={"settings": {"model": None}})
        await bench.ada.delete(f"/providers/{provider}")


async def rows(bench: Bench, conversation_of: str) -> tuple[Conversation, list[Message]]:
    """The newest conversation of that channel, with its messages."""
    async with bench.site.services.database.session() as session:
        newest = (
            select(Conversation)
            .where(Conversation.channel == conversation_of)
            .order_by(col(Conversation.id).desc())
            .limit(1)
        )
        conversation = (await session.exec(newest)).one()
        query = (
            select(Message)
            .where(Message.conversation_id == conversation.id)
            .order_by(col(Message.id))
        )
        return conversation, list(await session.exec(query))


async def test_projects_are_models(bench: Bench) -> None:
    async with client_of(bench) as client:
        listed = (await client.models.list()).data
        (house,) = [each for each in listed if each.id == str(bench.project)]
        assert house.object == "model"
        assert (house.model_extra or {})["slug"] == "house"
        assert (await client.models.retrieve("house")).id == house.id
        assert (await client.models.retrieve(house.id)).id == house.id
        with pytest.raises(openai.NotFoundError) as refused:
            await client.models.retrieve("no-such")
    assert refused.value.code == "model_not_found"
    assert refused.value.param == "model"


@pytest.mark.parametrize("model", ["house", "id"])
async def test_a_question_is_answered_with_its_sources(bench: Bench, model: str) -> None:
    async with client_of(bench) as client:
        found = await client.chat.completions.create(
            model=str(bench.project) if model == "id" else model,
            messages=ASKED,
            temperature=0.2,
            extra_body={"unheard_of": {"of": 1}},
        )
    (choice,) = found.choices
    assert "due on Monday" in (choice.message.content or "")
    assert choice.finish_reason == "stop"
    extra = found.model_extra or {}
    assert extra["sources"][0]["documentName"] == "rent.txt"
    assert extra["citations"][0]["quote"] in RENT
    assert (choice.message.model_extra or {})["sources"] == extra["sources"]


async def test_a_stream_ends_with_its_sources_and_its_tokens(bench: Bench) -> None:
    async with answering(bench, "plain"), client_of(bench) as client:
        stream = await client.chat.completions.create(
            model="house", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
    assert text == ANSWER
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert (chunks[-2].model_extra or {})["sources"][0]["documentName"] == "rent.txt"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == USAGE["total_tokens"]
    assert len({chunk.id for chunk in chunks}) == 1


async def test_the_blocking_client_works_as_well(bench: Bench) -> None:
    def ask() -> tuple[str, str]:
        with openai.OpenAI(
            base_url=f"{bench.site.url}/v1", api_key=token_of(bench), max_retries=0
        ) as client:
            whole = client.chat.completions.create(model="house", messages=ASKED)
            stream = client.chat.completions.create(model="house", messages=ASKED, stream=True)
            pieces = [piece.choices[0].delta.content or "" for piece in stream if piece.choices]
            return whole.choices[0].message.content or "", "".join(pieces)

    whole, streamed = await asyncio.to_thread(ask)
    assert whole == streamed
    assert "Monday" in whole


async def test_what_was_said_before_is_kept_as_the_history_of_a_conversation(
    bench: Bench,
) -> None:
    told: list[Any] = [
        {"role": "system", "content": "Answer in French."},
        {"role": "user", "content": "Who is the landlord?"},
        {"role": "assistant", "content": "Mrs Lund."},
        {"role": "user", "content": [{"type": "text", "text": "When does she get the rent?"}]},
    ]
    async with answering(bench, "plain") as upstream, client_of(bench) as client:
        await client.chat.completions.create(model="house", messages=told)
        asked = [seen.body["messages"] for seen in upstream.requests if seen.body]
    conversation, messages = await rows(bench, "openai")
    assert conversation.user_id is not None
    assert [(each.role, each.content) for each in messages] == [
        ("user", "Who is the landlord?"),
        ("assistant", "Mrs Lund."),
        ("user", "When does she get the rent?"),
        ("assistant", ANSWER),
    ]
    said = asked[-1]
    assert "Answer in French." in said[0]["content"]
    assert [each["content"] for each in said[1:3]] == ["Who is the landlord?", "Mrs Lund."]
    async with bench.site.services.database.session() as session:
        spent = await session.get(UsageRecord, messages[-1].id)
        before = await session.get(UsageRecord, messages[1].id)
    assert spent is not None
    assert spent.user_id == conversation.user_id
    assert before is None
    listed = (await bench.ada.get(f"/chat/projects/{bench.project}/conversations")).json()
    assert str(conversation.id) not in {each["id"] for each in listed["conversations"]}


@pytest.mark.parametrize(
    ("fault", "kind", "status", "again"),
    [
        ("401", openai.InternalServerError, 502, "false"),
        ("stall-before-headers", openai.InternalServerError, 504, "true"),
        ("cut-close", openai.InternalServerError, 502, "true"),
    ],
)
async def test_a_failed_answer_is_their_error_with_our_words(
    bench: Bench, fault: str, kind: type[openai.APIStatusError], status: int, again: str
) -> None:
    async with answering(bench, fault) as upstream, client_of(bench) as client:
        upstream.release()
        with pytest.raises(kind) as failed:
            await client.chat.completions.create(model="house", messages=ASKED)
    assert failed.value.status_code == status
    assert failed.value.type == "server_error"
    assert (failed.value.code or "").startswith("LLM_")
    assert failed.value.response.headers["x-should-retry"] == again


async def test_a_stream_that_breaks_raises_and_is_not_called_done(bench: Bench) -> None:
    async with answering(bench, "cut-close"), client_of(bench) as client:
        stream = await client.chat.completions.create(model="house", messages=ASKED, stream=True)
        heard: list[str] = []

        async def hear() -> None:
            async for chunk in stream:
                heard.extend(choice.delta.content or "" for choice in chunk.choices)

        with pytest.raises(openai.APIError) as failed:
            await hear()
        body = {"model": "house", "messages": ASKED, "stream": True}
        raw = await bench.ada.post("/v1/chat/completions", json=body)
    assert "".join(heard) == "The rent is "
    assert failed.value.code == "LLM_STREAM_CUT"
    assert raw.status_code == 200
    assert "[DONE]" not in raw.text


async def test_whoever_hangs_up_leaves_nothing_running(bench: Bench) -> None:
    runs = bench.site.services.runs

    async def stopped() -> bool | None:
        _, messages = await rows(bench, "openai")
        return messages[-1].status == "stopped" or None

    async with answering(bench, "steps") as upstream, client_of(bench) as client:
        stream = await client.chat.completions.create(model="house", messages=ASKED, stream=True)
        upstream.release(2)
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                break
        await stream.close()
        await eventually_async(stopped)
        await eventually(lambda: not runs._open)
        questions = upstream.questions
        asking = asyncio.create_task(
            client.chat.completions.create(model="house", messages=ASKED, timeout=60)
        )
        await eventually(lambda: upstream.questions > questions)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await eventually_async(stopped)
        await eventually(lambda: not runs._open)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": ASKED}, "model"),
        ({"model": "house"}, "messages"),
        ({"model": "house", "messages": []}, "messages"),
        ({"model": "house", "messages": [{"content": "x"}]}, None),
        ({"model": "house", "messages": [{"role": "wizard", "content": "x"}]}, "messages.0.role"),
        ({"model": "house", "messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"model": "house", "messages": [{"role": "user", "content": "x" * 9_000}]}, "messages"),
        ({"model": "house", "messages": ASKED, "n": 2}, "n"),
        ({"model": "house", "messages": ASKED, "stream": "yes"}, None),
        ([], None),
    ],
)
async def test_a_bad_request_is_refused_in_their_shape(
    bench: Bench, body: Any, param: str | None
) -> None:
    answer = await bench.ada.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_request")
    if param:
        assert error["param"] == param


async def test_every_refusal_has_their_shape(bench: Bench) -> None:
    site = bench.site
    async with client_of(bench, "garbage") as client:
        with pytest.raises(openai.AuthenticationError) as unknown:
            await client.models.list()
        assert unknown.value.code == "invalid_api_key"
    async with client_of(bench) as client:
        with pytest.raises(openai.NotFoundError) as missing:
            await client.chat.completions.create(
                model="00000000-0000-0000-0000-000000000001", messages=ASKED
            )
        assert missing.value.code == "model_not_found"
    async with site.client() as nobody:
        sent = [
            await nobody.post("/v1/chat/completions", json={}),
            await nobody.delete("/v1/models"),
            await nobody.get("/v1/models", headers={"Host": "evil.example"}),
            await bench.ada.post("/v1/chat/completions", content=b"{", headers=JSON),
            await bench.ada.post("/v1/chat/completions", json={"x": "y" * 2_000_000}),
        ]  # fmt: skip
    assert [each.status_code for each in sent] == [401, 405, 400, 400, 413]
    for each in sent:
        assert set(each.json()) == {"error"}
        assert set(each.json()["error"]) == {"message", "type", "param", "code"}


async def test_a_personal_token_asks_as_its_owner_and_no_further(bench: Bench) -> None:
    made = (await bench.ada.post("/tokens", json={"name": "notebook"})).json()
    async with client_of(bench, made["secret"]) as client:
        found = await client.chat.completions.create(model="house", messages=ASKED)
        assert "Monday" in (found.choices[0].message.content or "")
        await bench.ada.delete(f"/tokens/{made['token']['id']}")
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()


async def integration(bench: Bench, **fields: Any) -> tuple[Integration, str]:
    """An integration of the house, and its token."""
    given = {"kind": "api", "rate_limit_per_minute": 60, "customer_limit_per_minute": 60}
    async with bench.site.services.database.transaction() as session:
        return await integrations.create(
            session, SERVER, bench.project, {"name": "Shop", **given, **fields}
        )


async def test_an_integration_asks_in_its_one_project(bench: Bench) -> None:
    other = (await bench.ada.post("/projects", json={"name": "Other"})).json()["project"]["id"]
    row, token = await integration(bench)
    async with client_of(bench, token) as client:
        assert [each.id for each in (await client.models.list()).data] == [str(bench.project)]
        for model in (other, "other"):
            with pytest.raises(openai.NotFoundError):
                await client.chat.completions.create(model=model, messages=ASKED)
        found = await client.chat.completions.create(model="house", messages=ASKED)
    assert "Monday" in (found.choices[0].message.content or "")
    conversation, messages = await rows(bench, "openai")
    assert (conversation.integration_id, conversation.user_id) == (row.id, None)
    async with bench.site.services.database.session() as session:
        spent = await session.get(UsageRecord, messages[-1].id)
    assert spent is not None
    assert spent.integration_id == row.id


async def test_an_integration_keeps_to_its_limits_and_its_kind(bench: Bench) -> None:
    _, widget = await integration(bench, kind="widget")
    _, modest = await integration(bench, daily_budget=1)
    _, shared = await integration(bench, customer_limit_per_minute=1)
    _, at_home = await integration(bench, allowed_domains=["shop.example"])
    ask: Any = {"model": "house", "messages": ASKED}
    async with client_of(bench, widget) as client:
        with pytest.raises(openai.PermissionDeniedError):
            await client.models.list()
    async with client_of(bench, modest) as client:
        await client.chat.completions.create(**ask)
        with pytest.raises(openai.RateLimitError) as spent:
            await client.chat.completions.create(**ask)
    assert int(spent.value.response.headers["retry-after"]) > 0
    async with client_of(bench, shared) as client:
        await client.chat.completions.create(**ask, user="ann")
        with pytest.raises(openai.RateLimitError):
            await client.chat.completions.create(**ask, user="ann")
        await client.chat.completions.create(**ask, user="bob")
    async with client_of(bench, at_home) as client:
        with pytest.raises(openai.PermissionDeniedError):
            await client.models.list(extra_headers={"Origin": "https://evil-shop.example"})
        await client.models.list(extra_headers={"Origin": "https://shop.example"})


async def test_the_sample_of_the_how_to_runs(bench: Bench) -> None:
    said = await run_sample(bench, "OpenAI's clients", "python", sys.executable, "-c")
    assert "house House" in said
    assert said.count("[1]") >= 3
    assert "rent.txt" in said
