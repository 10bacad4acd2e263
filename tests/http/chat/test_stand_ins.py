"""Models that stand in for one that does not answer: before the first text, and only there."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import ANSWER, OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SILENT = [
    *("401", "404", "307", "html", "429-retry-late", "500-always", "stall-before-headers"),
    *("error-first", "malformed-first", "nothing"),
]
BEGUN = ["cut-close", "malformed", "error-event", "stall-after-chunks", "no-finish"]


@pytest_asyncio.fixture(loop_scope="module")
async def spare(bench: Bench, request: pytest.FixtureRequest) -> AsyncGenerator[OpenAIServer]:
    """A provider that stands in."""
    async with OpenAIServer() as server:
        slug = f"spare-{abs(hash(request.node.name))}"
        await bench.add(server, slug, ["plain"], name="spare")
        await bench.stand_ins(f"{slug}/plain")
        yield server
        await bench.stand_ins()


@pytest.mark.parametrize("fault", SILENT)
async def test_the_next_of_the_list_answers_for_a_default_that_does_not(
    bench: Bench, upstream: OpenAIServer, spare: OpenAIServer, fault: str
) -> None:
    slug = f"default-{fault}"
    await bench.add(upstream, slug, [fault], isDefault=True)
    heard = await bench.ask()

    assert (heard.events[-1][0], heard.text) == ("done", ANSWER)
    assert heard.one("meta")["model"] == f"{slug}/{fault}"
    (notice,) = bench.notices(heard)
    assert notice.startswith(f"{slug}/{fault} does not answer (")
    assert notice.endswith("/plain answers instead")
    author = (await bench.stored(heard))["model"]
    assert author.startswith("spare-")
    assert author.endswith("/plain")
    assert spare.questions == 1


@pytest.mark.parametrize("fault", BEGUN)
async def test_nobody_answers_for_a_model_that_has_begun(
    bench: Bench, upstream: OpenAIServer, spare: OpenAIServer, fault: str
) -> None:
    await bench.add(upstream, f"begun-{fault}", [fault], isDefault=True)
    heard = await bench.ask()

    assert heard.events[-1][0] == "error"
    assert heard.text
    assert (upstream.questions, spare.questions) == (1, 0)


async def test_nobody_answers_for_a_model_that_the_question_names(
    bench: Bench, upstream: OpenAIServer, spare: OpenAIServer
) -> None:
    await bench.add(upstream, "named", ["401"], isDefault=True)
    heard = await bench.ask("named/401")

    assert heard.events[-1][2]["detail"].startswith("401 ")
    assert (heard.text, spare.questions) == ("", 0)


async def test_a_project_s_model_is_stood_in_for(
    bench: Bench, upstream: OpenAIServer, spare: OpenAIServer
) -> None:
    await bench.add(upstream, "chosen", ["plain", "meta-llama/llama-3"], isDefault=True)
    settings = {"settings": {"model": "chosen/meta-llama/llama-3"}}
    url = f"/projects/{bench.project}"
    assert (await bench.ada.patch(url, json=settings)).status_code == 200
    heard = await bench.ask()
    await bench.ada.patch(url, json={"settings": {"model": None}})

    assert heard.one("meta")["model"] == "chosen/meta-llama/llama-3"
    assert heard.text == ANSWER
    assert (upstream.questions, spare.questions) == (1, 1)


async def test_an_answer_asked_for_again_is_chosen_as_the_first_one_was(
    bench: Bench, upstream: OpenAIServer, spare: OpenAIServer
) -> None:
    await bench.add(upstream, "twice", ["401", "plain"], isDefault=True)
    spared = await bench.ask()
    named = await bench.ask("twice/plain")

    again = await bench.again(spared)
    assert (again.text, spare.questions, upstream.questions) == (ANSWER, 2, 3)
    again = await bench.again(named)
    assert again.one("meta")["model"] == "twice/plain"
    assert (spare.questions, upstream.questions) == (2, 4)


async def test_the_built_in_answerer_may_stand_in_last(
    bench: Bench, upstream: OpenAIServer
) -> None:
    await bench.add(upstream, "poor", ["401", "403"], isDefault=True)
    await bench.stand_ins("poor/401", "poor/403", "extractive/quotes")
    heard = await bench.ask()
    await bench.stand_ins()

    assert heard.events[-1][0] == "done"
    assert "The rent is due on Monday." in heard.text
    assert len(bench.notices(heard)) == 2
    assert (await bench.stored(heard))["model"] == "extractive/quotes"


async def test_where_all_fail_the_last_error_is_told(bench: Bench, upstream: OpenAIServer) -> None:
    await bench.add(upstream, "all-bad", ["404", "401"], isDefault=True)
    await bench.stand_ins("all-bad/401")
    heard = await bench.ask()
    await bench.stand_ins()

    assert heard.events[-1][2]["detail"].startswith("401 ")


async def test_what_stands_in_follows_the_providers(bench: Bench, upstream: OpenAIServer) -> None:
    first = await bench.add(upstream, "first", ["plain"])
    second = await bench.add(upstream, "second", ["plain"])
    await bench.add(upstream, "broken", ["401"], isDefault=True)
    await bench.stand_ins("first/plain", "second/plain")
    await bench.ada.patch(f"/providers/{first}", json={"isEnabled": False})
    heard = await bench.ask()
    assert (await bench.stored(heard))["model"] == "second/plain"

    await bench.ada.patch(f"/providers/{second}", json={"slug": "renamed"})
    kept = (await bench.ada.get("/providers/fallback")).json()
    assert kept == {"models": ["first/plain", "renamed/plain"]}
    await bench.ada.delete(f"/providers/{first}")
    assert (await bench.ada.get("/providers/fallback")).json() == {"models": ["renamed/plain"]}
    log = (await bench.ada.get("/audit-log", params={"action": "provider.fallback_changed"})).json()
    assert log["entries"][0]["after"] == {"models": ["first/plain", "second/plain"]}
    await bench.stand_ins()


@pytest.mark.parametrize(
    "models",
    [["nobody/plain"], ["extractive/none"], ["extractive/quotes"] * 2, ["quotes"], ["/quotes"]],
)
async def test_a_list_that_names_what_is_not_there_is_refused(
    bench: Bench, models: list[str]
) -> None:
    answer = await bench.ada.put("/providers/fallback", json={"models": models})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["issues"]
