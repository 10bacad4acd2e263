import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import httpx2
import pytest
from openai import APIStatusError

from providers.contract import ChatRequest, Completed, PromptMessage, TextDelta
from providers.endpoint import Limits, OpenAIEndpoint, retry_after
from providers.errors import (
    AddressRefused,
    KeyMissing,
    ProviderError,
    StreamCut,
    UpstreamBusy,
    UpstreamRefused,
    UpstreamTimeout,
)
from providers.openai_compatible import OpenAIChatModel, list_models
from tests.upstreams.openai_server import ANSWER, CANARY_KEY, WORDS, OpenAIServer

REQUEST = ChatRequest([PromptMessage("user", "When is the rent due?")], "When?", [])
Make = Callable[..., OpenAIChatModel]


@pytest.fixture
async def make(openai_upstream: OpenAIServer) -> AsyncGenerator[Make]:
    opened: list[OpenAIEndpoint] = []

    def make(model: str, *, key: str = CANARY_KEY, **limits: float) -> OpenAIChatModel:
        endpoint = OpenAIEndpoint(
            openai_upstream.base_url,
            key,
            limits=Limits(**{"idle": 5.0, **limits}),  # pyright: ignore[reportArgumentType]
            allow_private=True,
        )
        opened.append(endpoint)
        return OpenAIChatModel(endpoint, slug="acme", model=model)

    yield make
    for endpoint in opened:
        await endpoint.aclose()


async def _answer(model: OpenAIChatModel) -> tuple[str, Completed | None, ProviderError | None]:
    text, end, failure = "", None, None
    try:
        async for item in model.stream(REQUEST):
            if isinstance(item, TextDelta):
                assert item.text
                text += item.text
            else:
                end = item
    except ProviderError as error:
        failure = error
    said = failure.detail if failure else ""
    assert "canary" not in said
    assert "10.0.0.7" not in said
    assert len(said) < 200
    return text, end, failure


@pytest.mark.parametrize(
    ("model", "finish"),
    [
        ("plain", "stop"),
        ("one-byte", "stop"),
        ("empty-deltas", "stop"),
        ("no-done", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("tool_calls", "stop"),
    ],
)
async def test_a_whole_answer_has_its_text_finish_reason_and_usage(
    make: Make, model: str, finish: str
):
    text, end, error = await _answer(make(model))
    assert (text, error) == (ANSWER, None)
    assert end is not None
    assert (end.finish_reason, end.usage.total_tokens, end.usage.estimated) == (finish, 28, False)


async def test_text_arrives_as_it_is_produced(make: Make, openai_upstream: OpenAIServer):
    async with aclosing(make("steps").stream(REQUEST)) as stream:
        for word in WORDS:
            waiting = asyncio.ensure_future(anext(stream))
            done, _ = await asyncio.wait([waiting], timeout=0.02)
            assert not done
            openai_upstream.release()
            assert await asyncio.wait_for(waiting, 5) == TextDelta(word)
        assert isinstance(await anext(stream), Completed)


async def test_closing_the_iterator_stops_the_upstream(make: Make, openai_upstream: OpenAIServer):
    stream = make("steps").stream(REQUEST)
    openai_upstream.release(2)
    assert await anext(stream) == TextDelta(WORDS[0])
    await stream.aclose()
    await asyncio.wait_for(openai_upstream.gone.wait(), 5)


async def test_cancelling_the_reader_stops_the_upstream(make: Make, openai_upstream: OpenAIServer):
    reader = asyncio.create_task(_answer(make("stall-after-chunks")))
    await asyncio.wait_for(openai_upstream.reached.wait(), 5)
    reader.cancel()
    await asyncio.wait_for(openai_upstream.gone.wait(), 5)


@pytest.mark.parametrize("model", ["no-usage", "reset-after-finish"])
async def test_a_finish_reason_makes_it_whole_and_missing_usage_is_an_estimate(
    make: Make, openai_upstream: OpenAIServer, model: str
):
    asyncio.get_running_loop().call_later(0.05, openai_upstream.release)
    text, end, error = await _answer(make(model))
    assert (text, error) == (ANSWER, None)
    assert end is not None
    assert end.usage.estimated
    assert end.usage.completion_tokens > 0 < end.usage.prompt_tokens


@pytest.mark.parametrize(
    ("model", "text", "kind"),
    [
        ("cut-close", "The rent is ", StreamCut),
        ("cut-reset", "The rent is ", StreamCut),
        ("cut-mid-chunk", "The rent is ", StreamCut),
        ("cut-chunked", "The ", StreamCut),
        ("no-finish", ANSWER, StreamCut),
        ("malformed", "The rent ", StreamCut),
        ("malformed-first", "", UpstreamRefused),
        ("wrong-types", "", UpstreamRefused),
        ("error-event", "The rent ", UpstreamRefused),
        ("named-error-event", "The rent ", UpstreamRefused),
        ("html", "", UpstreamRefused),
        ("huge-line", "", UpstreamRefused),
        ("301", "", UpstreamRefused),
        ("302", "", UpstreamRefused),
        ("307", "", UpstreamRefused),
        ("401", "", UpstreamRefused),
        ("403", "", UpstreamRefused),
        ("404", "", UpstreamRefused),
        ("400-always", "", UpstreamRefused),
        ("no such model", "", UpstreamRefused),
    ],
)
async def test_a_fault_is_said_and_what_was_written_stands(
    make: Make, openai_upstream: OpenAIServer, model: str, text: str, kind: type[ProviderError]
):
    if model == "cut-reset":
        asyncio.get_running_loop().call_later(0.05, openai_upstream.release)
    got, end, error = await _answer(make(model))
    assert (got, end, type(error)) == (text, None, kind)
    tries = 2 if model == "400-always" else 1
    assert len(openai_upstream.requests) == tries


@pytest.mark.parametrize(
    ("model", "begins"),
    [
        ("401", "401 the provider refused the key"),
        ("404", "404 the provider knows no such model or address (model_not_found)"),
        ("307", "307 the provider redirects elsewhere"),
        ("error-event", "the provider reported an error while answering (server_overloaded)"),
    ],
)
async def test_details_name_the_status_in_our_own_words(make: Make, model: str, begins: str):
    _, _, error = await _answer(make(model))
    assert error is not None
    assert error.detail.startswith(begins)


@pytest.mark.parametrize(
    "model", ["429-then-fine", "500-then-fine", "502-then-fine", "503-then-fine"]
)
async def test_a_passing_failure_before_the_first_token_is_retried(
    make: Make, openai_upstream: OpenAIServer, model: str
):
    text, end, _ = await _answer(make(model))
    assert (text, len(openai_upstream.requests)) == (ANSWER, 2)
    assert end is not None


@pytest.mark.parametrize(
    ("model", "tries"), [("429-always", 3), ("500-always", 3), ("429-retry-late", 1)]
)
async def test_a_lasting_failure_is_busy_after_two_retries_or_at_once_when_told_to_wait_long(
    make: Make, openai_upstream: OpenAIServer, model: str, tries: int
):
    _, _, error = await _answer(make(model))
    assert type(error) is UpstreamBusy
    assert error.status == int(model[:3])
    assert error.retryable
    assert len(openai_upstream.requests) == tries


async def test_a_short_retry_after_is_honoured(make: Make):
    loop = asyncio.get_running_loop()
    began = loop.time()
    text, _, _ = await _answer(make("429-retry-after"))
    assert text == ANSWER
    assert loop.time() - began >= 0.3


@pytest.mark.parametrize(
    ("model", "least"), [("429-retry-soon-always", 1.5), ("429-retry-late", 60)]
)
async def test_a_longer_pause_is_told_to_who_asked(make: Make, model: str, least: float):
    _, _, error = await _answer(make(model))
    assert type(error) is UpstreamBusy
    assert error.retry_after is not None
    assert error.retry_after >= least


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("Thu, 01 Jan 1998 00:00:00 GMT", 0),
        ("Thu, 01 Jan 1998 00:00:00 -0000", 0),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("٣", None),
        ("Thu, 99 Foo 1998 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, seconds: float | None):
    request = httpx2.Request("POST", "http://127.0.0.1/")
    headers = {"retry-after": header.encode()}
    response = httpx2.Response(429, headers=headers, request=request)  # pyright: ignore[reportArgumentType]
    assert retry_after(APIStatusError("busy", response=response, body=None)) == seconds


@pytest.mark.parametrize(
    ("model", "text"), [("stall-before-headers", ""), ("stall-after-chunks", "The rent is ")]
)
async def test_silence_is_a_timeout(make: Make, model: str, text: str):
    got, _, error = await _answer(make(model, idle=0.2))
    assert (got, type(error)) == (text, UpstreamTimeout)


async def test_an_endless_answer_ends_at_its_limit_as_length(
    make: Make, openai_upstream: OpenAIServer
):
    text, end, error = await _answer(make("endless", characters=1000))
    assert (len(text), error) == (1000, None)
    assert end is not None
    assert end.finish_reason == "length"
    await asyncio.wait_for(openai_upstream.gone.wait(), 5)


async def test_an_upstream_that_only_keeps_alive_ends_at_the_whole_limit(make: Make):
    _, _, error = await _answer(make("endless-silence", whole=0.3))
    assert type(error) is UpstreamTimeout
    assert "0.3 s" in error.detail


async def test_a_refusal_without_end_is_not_read_to_its_end(make: Make):
    _, _, error = await asyncio.wait_for(_answer(make("huge-refusal")), 10)
    assert type(error) is UpstreamBusy


async def test_odd_bytes_become_readable_text_without_nul(make: Make):
    text, end, _ = await _answer(make("invalid-utf8"))
    assert text == "caf\ufffde"
    assert end is not None


async def test_a_character_split_over_two_packets_is_whole(
    make: Make, openai_upstream: OpenAIServer
):
    asyncio.get_running_loop().call_later(0.05, openai_upstream.release)
    text, _, _ = await _answer(make("split-character"))
    assert text == "Zürich 😀"


async def test_an_endpoint_that_knows_no_stream_options_is_asked_without(
    make: Make, openai_upstream: OpenAIServer
):
    model = make("no-stream-options")
    for asked in (2, 3):
        text, end, _ = await _answer(model)
        assert text == ANSWER
        assert end is not None
        assert end.usage.estimated
        assert len(openai_upstream.requests) == asked
        assert "stream_options" not in openai_upstream.requests[-1].body


async def test_a_request_that_is_refused_either_way_says_nothing_about_stream_options(make: Make):
    model = make("400-always")
    for _ in range(2):
        _, _, error = await _answer(model)
        assert type(error) is UpstreamRefused
    assert model._endpoint.knows_stream_options


async def test_a_provider_without_a_key_sends_none_and_is_told_when_one_is_needed(
    make: Make, openai_upstream: OpenAIServer
):
    await _answer(make("plain", key=""))
    assert "authorization" not in openai_upstream.requests[0].headers
    openai_upstream.key = CANARY_KEY
    _, _, error = await _answer(make("plain", key=""))
    assert type(error) is KeyMissing
    assert (await _answer(make("plain")))[0] == ANSWER


async def test_nothing_about_this_machine_is_sent(make: Make, openai_upstream: OpenAIServer):
    await _answer(make("plain"))
    headers = openai_upstream.requests[0].headers
    assert not [name for name in headers if name.startswith(("x-stainless", "openai-"))]
    assert headers["authorization"] == f"Bearer {CANARY_KEY}"


async def test_an_address_where_nobody_listens_is_busy(openai_upstream: OpenAIServer):
    url = openai_upstream.base_url
    await openai_upstream.__aexit__()
    endpoint = OpenAIEndpoint(url, allow_private=True)
    _, _, error = await _answer(OpenAIChatModel(endpoint, slug="a", model="b"))
    await endpoint.aclose()
    assert type(error) is UpstreamBusy
    assert error.detail == "the provider cannot be reached"


async def test_loopback_is_refused_unless_allowed(openai_upstream: OpenAIServer):
    with pytest.raises(AddressRefused):
        OpenAIEndpoint(openai_upstream.base_url, allow_private=False)


async def test_the_endpoint_lists_its_models(openai_upstream: OpenAIServer):
    endpoint = OpenAIEndpoint(openai_upstream.base_url, allow_private=True)
    names = await list_models(endpoint)
    await endpoint.aclose()
    assert names[0] == "plain"


async def test_a_hundred_answers_at_once_do_not_mix(make: Make, openai_upstream: OpenAIServer):
    model = make("plain")

    def ask() -> Awaitable[tuple[str, Completed | None, ProviderError | None]]:
        return _answer(model)

    answers = await asyncio.gather(*(ask() for _ in range(100)))
    assert {text for text, _, _ in answers} == {ANSWER}
    assert len(openai_upstream.requests) == 100
