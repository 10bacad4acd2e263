"""Every way in which a provider is known to fail, asked through a real site and the real client."""

import logging
from dataclasses import dataclass

import pytest

from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import ANSWER, OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRETS = ("canary", "10.0.0.7", "Incorrect API key")


@dataclass(frozen=True)
class Fault:
    """What comes of asking a model that fails in this way.

    Attributes:
        model: Which fault of `tests/upstreams/openai_server.py`.
        code: Of the closing error; empty where the answer is whole all the same.
        detail: How the error's text begins; of a whole answer, its finish reason.
        text: What is kept of the answer.
        asked: How many times the upstream was asked; more than once only before it spoke.
    """

    model: str
    code: str
    detail: str
    text: str = ""
    asked: int = 1


BEGUN = "The rent is "
REDIRECTS = [
    Fault(str(status), "LLM_API_ERROR", f"{status} the provider redirects elsewhere")
    for status in (301, 302, 303, 307, 308)
]
FAULTS = [
    # Cut: what came is kept, and nobody calls it whole.
    Fault("cut-close", "LLM_STREAM_CUT", "the provider's stream ended before", BEGUN),
    Fault("cut-reset", "LLM_STREAM_CUT", "the connection to the provider broke", BEGUN),
    Fault("cut-mid-chunk", "LLM_STREAM_CUT", "the provider's stream ended before", BEGUN),
    Fault("cut-chunked", "LLM_STREAM_CUT", "the connection to the provider broke", "The "),
    Fault("no-finish", "LLM_STREAM_CUT", "the provider's stream ended before", ANSWER),
    Fault("nothing", "LLM_STREAM_CUT", "the provider's stream ended before"),
    Fault("malformed", "LLM_STREAM_CUT", "the provider sent something that is no", "The rent "),
    Fault("malformed-first", "LLM_API_ERROR", "the provider sent something that is no answer"),
    Fault("wrong-types", "LLM_API_ERROR", "the provider sent something that is no answer"),
    Fault("error-event", "LLM_API_ERROR", "the provider reported an error", "The rent "),
    Fault("named-error-event", "LLM_API_ERROR", "the provider reported an error", "The rent "),
    Fault("error-first", "LLM_API_ERROR", "the provider reported an error"),
    Fault("empty", "LLM_API_ERROR", "The model gave an empty answer."),
    # Too slow, or without end.
    Fault("stall-before-headers", "LLM_TIMEOUT", "nothing arrived for 2 s"),
    Fault("stall-after-chunks", "LLM_TIMEOUT", "nothing arrived for 2 s", BEGUN),
    Fault("trickle", "LLM_TIMEOUT", "the answer was not whole after 4 s", "drip drip "),
    Fault("endless-silence", "LLM_TIMEOUT", "the answer was not whole after 4 s"),
    Fault("endless", "", "length", "and on and on "),
    Fault("huge-line", "LLM_API_ERROR", "the provider sent a line without an end"),
    # Refused.
    Fault("400-always", "LLM_API_ERROR", "400 the provider did not accept", asked=2),
    Fault("401", "LLM_API_ERROR", "401 the provider refused the key"),
    Fault("403", "LLM_API_ERROR", "403 the provider does not allow this"),
    Fault("404", "LLM_API_ERROR", "404 the provider knows no such model or address"),
    Fault("429-always", "LLM_API_ERROR", "429 the provider is asked too often", asked=3),
    Fault("429-retry-late", "LLM_API_ERROR", "429 the provider is asked too often"),
    Fault("429-retry-soon-always", "LLM_API_ERROR", "429 the provider is asked", asked=3),
    Fault("429-then-fine", "", "stop", ANSWER, asked=2),
    Fault("429-retry-after", "", "stop", ANSWER, asked=2),
    Fault("429-retry-date", "", "stop", ANSWER, asked=2),
    Fault("500-always", "LLM_API_ERROR", "500 the provider failed", asked=3),
    Fault("500-then-fine", "", "stop", ANSWER, asked=2),
    Fault("502-then-fine", "", "stop", ANSWER, asked=2),
    Fault("503-then-fine", "", "stop", ANSWER, asked=2),
    Fault("huge-refusal", "LLM_API_ERROR", "500 the provider failed", asked=3),
    Fault("html", "LLM_API_ERROR", "200 the provider sent text/html, not a stream"),
    Fault("json", "LLM_API_ERROR", "200 the provider sent application/json, not a stream"),
    *REDIRECTS,
    # Odd, and whole.
    Fault("length", "", "length", ANSWER),
    Fault("content_filter", "", "content_filter", ANSWER),
    Fault("no-done", "", "stop", ANSWER),
    Fault("no-usage", "", "stop", ANSWER),
    Fault("reset-after-finish", "", "stop", ANSWER),
    Fault("no-stream-options", "", "stop", ANSWER, asked=2),
    Fault("empty-deltas", "", "stop", ANSWER),
    Fault("one-byte", "", "stop", ANSWER),
    Fault("split-character", "", "stop", "Zürich 😀"),
    Fault("invalid-utf8", "", "stop", "caf\ufffde"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.model)
async def test_a_fault_is_said_kept_and_never_called_whole(
    bench: Bench, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slug = f"f-{fault.model.replace('_', '-')}"
    async with OpenAIServer() as upstream:
        await bench.add(upstream, slug, [fault.model])
        upstream.release()
        heard = await bench.ask(f"{slug}/{fault.model}")
        kept = await bench.stored(heard)
        health = await bench.health(slug)

    name, _, last = heard.events[-1]
    if fault.code:
        assert (name, last["message"]) == ("error", fault.code)
        assert last["detail"].startswith(fault.detail)
        assert kept["status"] == "failed"
    else:
        assert (name, last["finishReason"]) == ("done", fault.detail), last
        assert kept["status"] == "complete"
    assert [kind for kind, _, _ in heard.events].count(name) == 1
    assert heard.text.startswith(fault.text)
    assert bool(heard.text) == bool(fault.text)
    assert kept["content"] == heard.text
    assert upstream.questions == fault.asked
    for said in (heard.raw.decode(), str(kept), str(health), caplog.text):
        assert not [secret for secret in SECRETS if secret in said]


async def test_a_server_that_is_gone_is_unreachable(bench: Bench) -> None:
    async with OpenAIServer() as upstream:
        await bench.add(upstream, "gone", ["plain"])
    heard = await bench.ask("gone/plain")
    assert heard.events[-1][2]["detail"] == "the provider cannot be reached"
    assert heard.events[-1][2]["retryable"] is True
