"""An endpoint that fails is left alone for a while, by everybody, and tried again by one."""

import asyncio

import pytest

from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import ANSWER, CANARY_KEY, OpenAIServer
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def until(bench: Bench, slug: str, state: str) -> None:
    async def look() -> bool:
        return (await bench.health(slug))["state"] == state

    await eventually_async(look, seconds=10)


async def break_it(bench: Bench, upstream: OpenAIServer, slug: str) -> str:
    """A provider whose key is refused until its breaker is open."""
    upstream.key = "another"
    identity = await bench.add(upstream, slug, ["plain"])
    for _ in range(5):
        assert (await bench.ask(f"{slug}/plain")).events[-1][2]["detail"].startswith("401 ")
    return identity


async def test_five_failures_open_the_breaker_and_one_answer_closes_it(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await break_it(bench, upstream, "breaks")
    heard = await bench.ask("breaks/plain")
    health = await bench.health("breaks")
    assert upstream.questions == 5
    assert health["failures"] == 5
    assert health["lastError"]["detail"].startswith("401 the provider refused the key")
    last = heard.events[-1][2]
    assert (last["message"], last["retryable"]) == ("LLM_API_ERROR", True)
    assert last["detail"].startswith("the provider is left alone until ")
    assert "after 5 failures in a row; the last one: 401 the provider refused" in last["detail"]

    upstream.key = CANARY_KEY
    await until(bench, "breaks", "half_open")
    assert (await bench.ask("breaks/plain")).text == ANSWER
    health = await bench.health("breaks")
    assert (health["state"], health["failures"], health["openUntil"]) == ("closed", 0, None)
    assert health["lastSuccessAt"]


async def test_a_trial_that_fails_lengthens_the_rest(bench: Bench, upstream: OpenAIServer) -> None:
    await break_it(bench, upstream, "worse")
    await until(bench, "worse", "half_open")
    assert (await bench.ask("worse/plain")).events[-1][2]["detail"].startswith("401 ")
    health = await bench.health("worse")
    assert (health["state"], health["failures"]) == ("open", 6)
    assert upstream.questions == 6


async def test_of_many_at_once_one_tries_an_endpoint_that_was_left_alone(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await break_it(bench, upstream, "crowded")
    await until(bench, "crowded", "half_open")
    heard = await asyncio.gather(*(bench.ask("crowded/plain") for _ in range(6)))
    details = [each.events[-1][2]["detail"] for each in heard]
    assert sum(detail.startswith("401 ") for detail in details) == 1
    assert upstream.questions == 6


async def test_a_good_test_call_closes_the_breaker(bench: Bench, upstream: OpenAIServer) -> None:
    identity = await break_it(bench, upstream, "mended")
    url = f"/providers/{identity}/test"
    upstream.key = CANARY_KEY
    elsewhere = {"apiKey": CANARY_KEY}
    assert (await bench.ada.post(url, json=elsewhere)).json()["ok"] is True
    assert (await bench.health("mended"))["failures"] == 5
    assert (await bench.ada.post(url)).json()["ok"] is True
    health = await bench.health("mended")
    assert (health["state"], health["failures"]) == ("closed", 0)


@pytest.mark.parametrize("fault", ["404", "400-always", "html", "empty", "content_filter"])
async def test_what_is_the_question_s_fault_opens_no_breaker(
    bench: Bench, upstream: OpenAIServer, fault: str
) -> None:
    slug = f"fine-{fault.replace('_', '-')}"
    await bench.add(upstream, slug, [fault])
    for _ in range(6):
        await bench.ask(f"{slug}/{fault}")
    health = await bench.health(slug)
    assert (health["state"], health["failures"]) == ("closed", 0)


async def test_a_reader_who_stops_is_no_failure(bench: Bench, upstream: OpenAIServer) -> None:
    await bench.add(upstream, "patient", ["steps"])
    body = {"message": "When is the rent due?", "modelId": "patient/steps"}
    url = f"/chat/projects/{bench.project}"
    async with bench.ada.stream("POST", url, json=body) as response:
        await eventually(lambda: upstream.questions == 1)
        await bench.ada.post(f"/chat/messages/{response.headers['x-message-id']}/stop")
        await response.aread()
    await asyncio.wait_for(upstream.gone.wait(), 5)
    health = await bench.health("patient")
    assert (health["failures"], health["lastError"]) == (0, None)


async def test_success_is_not_written_down_for_each_answer(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "well", ["plain"])
    await bench.ask("well/plain")
    first = (await bench.health("well"))["lastSuccessAt"]
    await bench.ask("well/plain")
    assert (await bench.health("well"))["lastSuccessAt"] == first is not None


async def test_failures_in_a_row_are_counted_anew_after_a_whole_answer(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "now-and-then", ["403", "plain"])
    for model in ("403", "403", "403"):
        await bench.ask(f"now-and-then/{model}")
    assert (await bench.health("now-and-then"))["failures"] == 3
    await bench.ask("now-and-then/plain")
    assert (await bench.health("now-and-then"))["failures"] == 0


async def test_a_pause_that_one_is_told_is_kept_by_all(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "paced", ["429-retry-date", "plain"])
    first = asyncio.create_task(bench.ask("paced/429-retry-date"))
    await until(bench, "paced", "paused")
    assert upstream.questions == 1
    second = await bench.ask("paced/plain")
    assert second.text == (await first).text == ANSWER
    for heard in (await first, second):
        (notice,) = bench.notices(heard)
        assert notice.startswith("paced asks for a pause of ")
    assert upstream.questions == 3


async def test_a_pause_beyond_patience_is_told_at_once(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "late", ["429-retry-late", "plain"])
    first, second = await bench.ask("late/429-retry-late"), await bench.ask("late/plain")
    assert first.events[-1][2]["detail"].endswith("it wants to be left alone for 60 min")
    assert second.events[-1][2]["detail"].startswith("429 the provider was asked too often")
    assert all(each.events[-1][2]["retryable"] for each in (first, second))
    health = await bench.health("late")
    assert (health["state"], health["failures"], upstream.questions) == ("paused", 0, 1)
