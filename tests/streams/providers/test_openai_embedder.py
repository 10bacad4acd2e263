from collections.abc import AsyncGenerator, Callable

import numpy as np
import pytest

from providers.endpoint import OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.openai_embedder import BATCH, OpenAIEmbedder
from tests.upstreams.openai_server import DIMENSIONS, OpenAIServer

Make = Callable[[str], OpenAIEmbedder]


@pytest.fixture
async def make(openai_upstream: OpenAIServer) -> AsyncGenerator[Make]:
    endpoint = OpenAIEndpoint(openai_upstream.base_url, allow_private=True)

    def make(model: str) -> OpenAIEmbedder:
        return OpenAIEmbedder(endpoint, slug="acme", model=model, dimensions=DIMENSIONS)

    yield make
    await endpoint.aclose()


@pytest.mark.parametrize("model", ["embed", "embed-reordered"])
async def test_vectors_come_in_the_order_of_the_texts_and_with_unit_length(make: Make, model: str):
    texts = ["x" * length for length in range(BATCH + 5)]
    vectors = await make(model).embed_passages(texts)
    assert vectors.shape == (BATCH + 5, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], range(BATCH + 5))


async def test_a_429_in_the_middle_of_a_job_is_retried(make: Make, openai_upstream: OpenAIServer):
    vectors = await make("embed-429-then-fine").embed_passages(["x"] * (BATCH + 1))
    assert vectors.shape == (BATCH + 1, DIMENSIONS)
    assert len(openai_upstream.requests) == 3


@pytest.mark.parametrize(
    "model",
    [
        "embed-few",
        "embed-twice",
        "embed-wide",
        "embed-ragged",
        "embed-nan",
        "embed-zero",
        "embed-html",
        "401",
        "429-retry-late",
    ],
)
async def test_what_is_no_vector_for_each_text_is_an_error(make: Make, model: str):
    with pytest.raises(EmbedderFailed) as caught:
        await make(model).embed_passages(["a", "b", "c"])
    assert "canary" not in caught.value.detail


async def test_no_texts_ask_nobody(make: Make, openai_upstream: OpenAIServer):
    assert (await make("embed").embed_passages([])).shape == (0, DIMENSIONS)
    assert openai_upstream.requests == []
