"""One `Idempotency-Key`, one question: whoever comes back under it hears the same answer."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from app.chat.tables import Conversation, IdempotencyRecord
from app.db.sql import FORGET_REPEATS
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import Shop, open_shop
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEGIN = "/api/v1/customer/conversations"


@dataclass(frozen=True)
class Dialect:
    """How a customer of this dialect asks.

    Attributes:
        path: Where; `{}` stands for the conversation.
        streams: Whether the answer comes in pieces.
    """

    path: str
    streams: bool = True

    @property
    def is_delta(self) -> bool:
        return self.path.startswith(BEGIN)

    async def conversation(self, shop: Shop) -> str:
        """A new one."""
        if not self.is_delta:
            return f"s-{uuid4()}"
        async with shop.client(**shop.bearer) as client:
            return (await client.post(BEGIN)).json()["conversationId"]

    @asynccontextmanager
    async def asking(
        self, shop: Shop, conversation: str, key: str, text: str = QUESTION, **headers: str
    ) -> AsyncGenerator[httpx.Response]:
        """The answer, open."""
        body = {"message": text} if self.is_delta else {"sessionId": conversation, "message": text}
        token = shop.bearer if self.is_delta else shop.key
        async with (
            shop.client(**token, **{"Idempotency-Key": key}, **headers) as client,
            client.stream("POST", self.path.format(conversation), json=body) as answer,
        ):
            yield answer

    async def ask(
        self, shop: Shop, conversation: str, key: str, text: str = QUESTION, **headers: str
    ) -> httpx.Response:
        """The answer, read."""
        async with self.asking(shop, conversation, key, text, **headers) as answer:
            await answer.aread()
        return answer


LINES, ALIAS, WHOLE = (
    Dialect("/v1/chat/stream"),
    Dialect("/chat"),
    Dialect("/v1/chat", streams=False),
)
DELTA = Dialect(f"{BEGIN}/{{}}/messages")
ALL = pytest.mark.parametrize("dialect", [LINES, ALIAS, WHOLE, DELTA], ids=lambda each: each.path)


@ALL
async def test_the_same_request_again_is_the_same_answer(shop: Shop, dialect: Dialect) -> None:
    talk = await dialect.conversation(shop)
    first, second = [await dialect.ask(shop, talk, "k") for _ in range(2)]
    assert (first.status_code, first.content) == (200, second.content)
    assert "Monday" in first.text
    assert await shop.asked() == 1
    other = await dialect.ask(shop, talk, "another")
    assert other.status_code == 200
    assert await shop.asked() == 2


@ALL
async def test_requests_of_one_instant_ask_once(shop: Shop, dialect: Dialect) -> None:
    talk = await dialect.conversation(shop)
    answers = await asyncio.gather(*(dialect.ask(shop, talk, "k") for _ in range(5)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.content for each in answers}) == 1
    assert await shop.asked() == 1


@ALL
async def test_a_key_belongs_to_one_question(shop: Shop, dialect: Dialect) -> None:
    talk = await dialect.conversation(shop)
    await dialect.ask(shop, talk, "k")
    refused = await dialect.ask(shop, talk, "k", "Who is paid?")
    assert refused.status_code == 409
    assert refused.json() == {
        "error": "This Idempotency-Key was used with another request."
        if dialect is DELTA
        else "Idempotency-Key was used with another request"
    }
    assert await shop.asked() == 1


@ALL
async def test_a_key_is_the_customers_own(shop: Shop, bench: Bench, dialect: Dialect) -> None:
    for of in (shop, shop, await open_shop(bench)):
        answer = await dialect.ask(of, await dialect.conversation(of), "k")
        assert answer.status_code == 200
    assert await shop.asked() == 2


@ALL
async def test_a_broken_connection_loses_nothing(
    shop: Shop, slow: OpenAIServer, dialect: Dialect
) -> None:
    talk = await dialect.conversation(shop)
    if dialect.streams:
        slow.release(2)
        async with dialect.asking(shop, talk, "k") as broken:
            async for piece in broken.aiter_text():
                if "rent" in piece:
                    break
    else:
        leaving = asyncio.create_task(dialect.ask(shop, talk, "k"))
        await eventually(lambda: slow.questions == 1)
        leaving.cancel()
    coming = asyncio.create_task(dialect.ask(shop, talk, "k"))
    await asyncio.sleep(0.1)  # Long enough for a server that gives the answer up to do so.
    slow.release(len(WORDS))
    back = await coming
    late = await dialect.ask(shop, talk, "k")
    assert back.content == late.content
    assert (said(dialect, back), slow.questions, await shop.asked()) == (ANSWER, 1, 1)


def said(dialect: Dialect, answer: httpx.Response) -> str:
    """The whole text."""
    if dialect is WHOLE:
        return answer.json()["message"]
    if dialect is DELTA:
        return "".join(json.loads(data)["text"] for _, data in events(answer)[:-1])
    return json.loads(answer.text.splitlines()[-1])["message"]


def events(answer: httpx.Response) -> list[tuple[int, str]]:
    """Numbers and data of a delta stream."""
    blocks = [block.split("\n") for block in answer.text.split("\n\n") if block]
    fields = [dict(line.split(": ", 1) for line in lines) for lines in blocks]
    return [(int(each["id"]), each["data"]) for each in fields]


async def test_deltas_go_on_behind_the_one_that_was_seen(shop: Shop, slow: OpenAIServer) -> None:
    talk = await DELTA.conversation(shop)
    slow.release(2)
    seen = 0
    async with DELTA.asking(shop, talk, "k") as broken:
        async for line in broken.aiter_lines():
            seen = int(line.removeprefix("id: ")) if line.startswith("id: ") else seen
            if "rent" in line:
                break
    slow.release(len(WORDS))
    rest = events(await DELTA.ask(shop, talk, "k", **{"Last-Event-ID": str(seen)}))
    whole = events(await DELTA.ask(shop, talk, "k"))
    assert [number for number, _ in whole] == list(range(1, len(whole) + 1))
    assert rest == whole[seen:]
    assert rest[-1][1] == "[DONE]"
    for last in range(1, len(whole)):
        again = await DELTA.ask(shop, talk, "k", **{"Last-Event-ID": str(last)})
        assert events(again) == whole[last:]
    assert (slow.questions, await shop.asked()) == (1, 1)


async def test_a_number_under_a_new_key_is_no_reason_to_leave_something_out(shop: Shop) -> None:
    talk = await DELTA.conversation(shop)
    await DELTA.ask(shop, talk, "k")
    asked_on_purpose = events(await DELTA.ask(shop, talk, "new", **{"Last-Event-ID": "2"}))
    assert asked_on_purpose[0][0] == 1
    assert await shop.asked() == 2


async def test_who_answers_is_told_again_with_the_same_numbers(shop: Shop) -> None:
    talk = await DELTA.conversation(shop)
    key = await shop.key_of(talk)
    await shop.set_status(key, "resolved")
    first = events(await DELTA.ask(shop, talk, "k"))
    assert json.loads(first[-2][1]) == {"type": "status", "status": "active"}
    assert events(await DELTA.ask(shop, talk, "k")) == first
    for last in (len(first) - 2, len(first) - 1):
        rest = await DELTA.ask(shop, talk, "k", **{"Last-Event-ID": str(last)})
        assert events(rest) == first[last:]


async def test_a_reader_of_a_status_that_does_not_hold_any_more_is_told_the_end(
    shop: Shop, slow: OpenAIServer
) -> None:
    talk = await DELTA.conversation(shop)
    key = await shop.key_of(talk)
    asking = asyncio.create_task(DELTA.ask(shop, talk, "k"))
    await eventually(lambda: slow.questions == 1)
    await shop.set_status(key, "escalated")
    slow.release(len(WORDS))
    *_, status, done = events(await asking)
    assert "escalated" in status[1]
    await shop.set_status(key, "active")
    rest = await DELTA.ask(shop, talk, "k", **{"Last-Event-ID": str(status[0])})
    assert events(rest) == [(done[0], "[DONE]")]


@ALL
async def test_what_people_answer_is_written_down_once(shop: Shop, dialect: Dialect) -> None:
    talk = await dialect.conversation(shop)
    await dialect.ask(shop, talk, "before")
    await shop.set_status(await shop.key_of(talk) if dialect.is_delta else talk, "escalated")
    answers = await asyncio.gather(*(dialect.ask(shop, talk, "k", "Hello?") for _ in range(3)))
    assert len({each.content for each in answers}) == 1
    assert answers[0].content == (await dialect.ask(shop, talk, "k", "Hello?")).content
    assert await shop.asked() == 2


async def test_a_key_that_joined_an_answer_stays_with_it(shop: Shop, slow: OpenAIServer) -> None:
    talk = await LINES.conversation(shop)
    one = asyncio.create_task(LINES.ask(shop, talk, "one"))
    await eventually(lambda: slow.questions == 1)
    two = asyncio.create_task(LINES.ask(shop, talk, "two"))
    await eventually_async(lambda: _known(shop, "two"))
    slow.release(len(WORDS))
    assert (await one).content == (await two).content
    assert (await LINES.ask(shop, talk, "two")).content == (await one).content
    assert (await shop.asked(), slow.questions) == (1, 1)


async def _known(shop: Shop, key: str) -> bool | None:
    query = select(IdempotencyRecord).where(
        IdempotencyRecord.integration_id == shop.row.id, IdempotencyRecord.key == key
    )
    async with shop.database.session() as session:
        return (await session.exec(query)).first() is not None or None


async def test_a_repeat_costs_no_question_of_the_day(bench: Bench) -> None:
    shop = await open_shop(bench, daily_budget=1)
    first, second = [await LINES.ask(shop, "s", "k") for _ in range(2)]
    assert (first.status_code, first.content) == (200, second.content)
    assert (await LINES.ask(shop, "s", "another")).status_code == 429


@ALL
@pytest.mark.parametrize("key", ["", "k" * 129])
async def test_a_key_of_the_wrong_length_is_refused_behind_the_token(
    shop: Shop, dialect: Dialect, key: str
) -> None:
    talk = await dialect.conversation(shop)
    refused = await dialect.ask(shop, talk, key)
    assert (refused.status_code, list(refused.json())) == (400, ["error"])
    async with shop.client(**{"Idempotency-Key": key}) as client:
        nobody = await client.post(dialect.path.format(talk), json={})
    assert nobody.status_code == 401
    assert await shop.asked() == 0


async def test_a_key_is_forgotten_with_what_it_made(shop: Shop) -> None:
    await LINES.ask(shop, "s", "k")
    async with shop.database.transaction() as session:
        conversation = select(Conversation).where(Conversation.integration_id == shop.row.id)
        await session.delete((await session.exec(conversation)).one())
    gone = await LINES.ask(shop, "s", "k")
    assert (gone.status_code, gone.json()) == (404, {"error": "Not found"})


async def test_keys_are_kept_for_a_week(shop: Shop) -> None:
    for key in ("new", "old"):
        await LINES.ask(shop, "s", key)
    async with shop.database.transaction() as session:
        query = select(IdempotencyRecord).where(
            IdempotencyRecord.integration_id == shop.row.id, IdempotencyRecord.key == "old"
        )
        old = (await session.exec(query)).one()
        old.created_at = old.created_at.replace(year=2020)
        session.add(old)
        await session.flush()
        await (await session.connection()).execute(FORGET_REPEATS)
    await LINES.ask(shop, "s", "new")
    assert await shop.asked() == 2
    await LINES.ask(shop, "s", "old")
    assert await shop.asked() == 3
