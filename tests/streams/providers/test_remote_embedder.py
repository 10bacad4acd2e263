"""Embeddings by an endpoint, in both protocols, through the real client and every fault."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from providers.contract import TokenCounter
from providers.endpoint import Limits, OpenAIEndpoint
from providers.errors import AddressRefused, EmbedderFailed
from providers.local.export import default_model_path
from providers.openai_embedder import OpenAIVectors
from providers.prompts import OWN, Prompts
from providers.remote_embedder import BATCH, Patience, RemoteEmbedder, RemoteModel
from providers.tei import TeiVectors
from providers.token_counts import MARGIN, EstimatedTokens, TokenizerFile
from tests.upstreams.openai_server import CANARY_KEY
from tests.upstreams.vector_server import CHANGED, DIMENSIONS, INDEXED, VectorServer, meanings

Make = Callable[..., RemoteEmbedder]
QUICK = Patience(question=0.5, answer=0.5, passages=3.0)
TEXTS = ["the rent is due", "bananas are yellow", "the roof leaks"]


@pytest.fixture(params=["openai", "tei"])
async def make(
    request: pytest.FixtureRequest, vector_upstream: VectorServer
) -> AsyncGenerator[Make]:
    opened: list[OpenAIEndpoint] = []

    def make(
        *, key: str = CANARY_KEY, max_tokens: int = 512, prompts: Prompts = OWN
    ) -> RemoteEmbedder:
        is_tei = request.param == "tei"
        endpoint = OpenAIEndpoint(
            vector_upstream.root + ("" if is_tei else "/v1"),
            key,
            limits=Limits(idle=0.5),
            allow_private=True,
        )
        opened.append(endpoint)
        return RemoteEmbedder(
            endpoint,
            TeiVectors() if is_tei else OpenAIVectors("m"),
            RemoteModel("endpoint/m", DIMENSIONS, max_tokens, prompts),
            patience=QUICK,
        )

    yield make
    for endpoint in opened:
        await endpoint.aclose()


def unit(texts: list[str]) -> np.ndarray:
    vectors = meanings(texts)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


async def test_vectors_come_in_the_order_of_the_texts_and_with_unit_length(
    make: Make, vector_upstream: VectorServer
):
    texts = [f"text {number} of many" for number in range(BATCH * 2 + 5)]
    vectors = await make().embed_passages(texts)
    assert np.allclose(vectors, unit(texts), atol=1e-5)
    assert len(vector_upstream.requests) == 3
    assert np.allclose(await make().embed_query(texts[7]), unit([texts[7]]), atol=1e-5)


async def test_prompts_go_before_texts_and_are_cut_with_them(
    make: Make, vector_upstream: VectorServer
):
    embedder = make(prompts=Prompts("search_query: ", "search_document: "), max_tokens=16)
    await embedder.embed_query("rent")
    await embedder.embed_passages(["lamps", "roof " * 100])
    asked, lamps, roof = vector_upstream.embedded
    assert (asked, lamps) == ("search_query: rent", "search_document: lamps")
    assert roof.startswith("search_document: roof")
    assert EstimatedTokens().count([roof])[0] <= 16


async def test_the_key_goes_along_and_nothing_of_this_machine_does(
    make: Make, vector_upstream: VectorServer
):
    await make().embed_passages(TEXTS)
    await make(key="").embed_passages(TEXTS)
    first, second = (seen.headers for seen in vector_upstream.requests)
    assert first["authorization"] == f"Bearer {CANARY_KEY}"
    assert "authorization" not in second
    assert not [name for name in first if name.startswith("x-stainless")]


@pytest.mark.parametrize("fault", sorted(CHANGED.keys() - {"reordered"}))
async def test_what_is_no_vector_for_each_text_is_an_error(
    make: Make, vector_upstream: VectorServer, fault: str
):
    embedder = make()
    if fault in INDEXED and isinstance(embedder._protocol, TeiVectors):
        return  # Nothing to break: TEI sends no index.
    vector_upstream.fault = fault
    with pytest.raises(EmbedderFailed, match="embedding endpoint"):
        await embedder.embed_passages(TEXTS)
    if fault != "index-twice":  # Of one vector, the first is the only one.
        with pytest.raises(EmbedderFailed):
            await embedder.embed_query("rent?")


async def test_another_order_of_the_index_is_put_right(make: Make, vector_upstream: VectorServer):
    embedder = make()
    vector_upstream.fault = "" if isinstance(embedder._protocol, TeiVectors) else "reordered"
    assert np.allclose(await embedder.embed_passages(TEXTS), unit(TEXTS), atol=1e-5)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("401", "401 the provider refused the key"),
        ("403", "403"),
        ("404", "404 the provider knows no such model or address"),
        ("400", "400"),
        ("422", "422"),
        ("302", "302 the provider redirects elsewhere"),
        ("307", "307 the provider redirects elsewhere"),
        ("html", "sent no vectors"),
        ("stall", "nothing arrived|took too long"),
    ],
)
async def test_a_refusal_is_told_at_once_in_our_words(
    make: Make, vector_upstream: VectorServer, fault: str, said: str
):
    vector_upstream.fault = fault
    for asked in (make().embed_passages(TEXTS), make().embed_query("rent?")):
        before = len(vector_upstream.requests)
        with pytest.raises(EmbedderFailed, match=said) as caught:
            await asked
        assert len(vector_upstream.requests) == before + 1
        for secret in (CANARY_KEY, "10.0.0.7", "<b>", "127.0.0.1"):
            assert secret not in caught.value.detail


@pytest.mark.parametrize("fault", ["429", "500", "503", "reset", "cut"])
async def test_a_passing_fault_in_the_middle_of_a_job_repeats_that_request_alone(
    make: Make, vector_upstream: VectorServer, fault: str
):
    texts = [f"text {number}" for number in range(BATCH * 3)]
    vector_upstream.faults = ["", fault, ""]
    vectors = await make().embed_passages(texts)
    assert np.allclose(vectors, unit(texts), atol=1e-5)
    assert sorted(vector_upstream.embedded) == sorted(texts)
    assert len(vector_upstream.requests) == 4


async def test_a_pause_that_the_endpoint_names_is_kept(make: Make, vector_upstream: VectorServer):
    vector_upstream.faults = ["429 1.2"]
    began = perf_counter()
    await make().embed_passages(TEXTS)
    assert perf_counter() - began >= 1.2
    assert len(vector_upstream.requests) == 2


async def test_a_question_does_not_wait_for_a_long_pause(make: Make, vector_upstream: VectorServer):
    vector_upstream.fault = "429 3600"
    with pytest.raises(EmbedderFailed, match="429"):
        await make().embed_query("rent?")
    assert len(vector_upstream.requests) == 1


async def test_a_request_that_is_too_large_is_halved_and_the_size_is_kept(
    make: Make, vector_upstream: VectorServer
):
    vector_upstream.most = 20
    embedder = make()
    texts = [f"text {number}" for number in range(BATCH * 2)]
    assert np.allclose(await embedder.embed_passages(texts), unit(texts), atol=1e-5)
    assert sorted(vector_upstream.embedded) == sorted(texts)
    before = len(vector_upstream.requests)
    await embedder.embed_passages(texts[:32])
    assert len(vector_upstream.requests) == before + 2


async def test_one_text_that_is_too_large_is_an_error(make: Make, vector_upstream: VectorServer):
    vector_upstream.most = 0
    with pytest.raises(EmbedderFailed, match="413"):
        await make().embed_passages(TEXTS)


async def test_a_text_beyond_the_window_is_cut_before_it_is_sent(
    make: Make, vector_upstream: VectorServer
):
    await make(max_tokens=32).embed_query("rent " * 4_000)
    body = vector_upstream.requests[0].body
    [sent] = body.get("input") or body["inputs"]
    assert 50 < len(sent) < 32 * 8
    assert EstimatedTokens().count([sent])[0] <= 32


async def test_a_question_overtakes_passages(make: Make, vector_upstream: VectorServer):
    go = asyncio.Event()
    embedder = make()

    async def hold() -> None:
        if len(vector_upstream.requests) <= 4:
            await go.wait()

    vector_upstream.before = hold
    job = asyncio.create_task(embedder.embed_passages(["x"] * BATCH * 9))
    await vector_upstream.reached.wait()
    while len(vector_upstream.requests) < 4:  # noqa: ASYNC110 - the server counts by itself
        await asyncio.sleep(0.005)
    await embedder.embed_query("rent?")
    assert not job.done()
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    go.set()


async def test_no_texts_ask_nobody(make: Make, vector_upstream: VectorServer):
    assert (await make().embed_passages([])).shape == (0, DIMENSIONS)
    assert vector_upstream.requests == []


async def test_an_inner_address_is_refused_where_the_server_may_not_go():
    with pytest.raises(AddressRefused):
        OpenAIEndpoint("http://169.254.169.254/", allow_private=True)


async def test_nobody_there_is_told_in_our_words():
    endpoint = OpenAIEndpoint("http://127.0.0.1:9", allow_private=True)
    embedder = RemoteEmbedder(endpoint, TeiVectors(), RemoteModel("x", 4), patience=QUICK)
    with pytest.raises(EmbedderFailed, match="cannot be reached"):
        await embedder.embed_query("rent?")
    await embedder.aclose()


def test_the_guess_of_tokens_stays_within_its_margin(token_counter: TokenCounter):
    texts = [
        "Net sales rose 4.2 % to $ 81,797 million; services reached an all-time high.",
        "Wer bezahlt die Reisekosten, wenn der Vertrag vor dem 1. März endet?",
        "北京是中华人民共和国的首都。",
        "Внесение арендной платы производится ежемесячно до пятого числа.",
        "| Item | 2023 | 2022 |\n| Cash | 1,204 | 998 |\n| Debt | 77 | 81 |",
        "The tenant shall keep the premises in good repair. " * 12,
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "",
    ]
    real, guessed = token_counter.count(texts), EstimatedTokens().count(texts)
    pairs = list(zip(guessed, real, strict=True))
    assert all(guess >= MARGIN * count for guess, count in pairs), pairs
    assert sum(guessed) < 1.5 * sum(real)


def test_a_tokenizer_file_counts_as_the_model_does(token_counter: TokenCounter):
    texts = ["The rent is due.", "", "Donaudampfschifffahrt " * 400]
    folder = default_model_path()
    assert TokenizerFile(folder).count(texts) == token_counter.count(texts)
    assert TokenizerFile(folder / "tokenizer.json").count(texts) == token_counter.count(texts)


def test_a_tokenizer_file_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(EmbedderFailed, match="tokenizer's file"):
        TokenizerFile(tmp_path)
