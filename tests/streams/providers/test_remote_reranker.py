"""Reranking by an endpoint, in both protocols."""

from collections.abc import AsyncGenerator

import numpy as np
import pytest

from providers.endpoint import Limits, OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.remote_embedder import Patience
from providers.remote_reranker import RemoteReranker
from tests.upstreams.vector_server import CHANGED, VectorServer, meanings

PASSAGES = [f"clause {number} about the rent" for number in range(70)]


@pytest.fixture(params=[None, "some-reranker"])
async def reranker(
    request: pytest.FixtureRequest, vector_upstream: VectorServer
) -> AsyncGenerator[RemoteReranker]:
    endpoint = OpenAIEndpoint(vector_upstream.root, limits=Limits(idle=0.5), allow_private=True)
    reranker = RemoteReranker(endpoint, request.param, patience=Patience(question=0.5))
    yield reranker
    await reranker.aclose()


async def test_scores_come_in_the_order_of_the_passages(
    reranker: RemoteReranker, vector_upstream: VectorServer
):
    scores = await reranker.score("which rent?", PASSAGES)
    assert np.allclose(scores, meanings(PASSAGES) @ meanings(["which rent?"])[0])
    assert len(vector_upstream.requests) == 3


async def test_too_many_passages_at_once_are_halved(
    reranker: RemoteReranker, vector_upstream: VectorServer
):
    vector_upstream.most = 10
    assert len(await reranker.score("which rent?", PASSAGES)) == len(PASSAGES)


@pytest.mark.parametrize(
    "fault", [*sorted(CHANGED.keys() & {"few", "many", "none", "null", "index-twice"}), "html"]
)
async def test_what_is_no_score_for_each_passage_is_an_error(
    reranker: RemoteReranker, vector_upstream: VectorServer, fault: str
):
    vector_upstream.fault = fault
    with pytest.raises(EmbedderFailed, match="reranking endpoint"):
        await reranker.score("which rent?", PASSAGES)


@pytest.mark.parametrize("fault", ["401", "307", "429 3600", "stall"])
async def test_a_refusal_is_told_in_our_words(
    reranker: RemoteReranker, vector_upstream: VectorServer, fault: str
):
    vector_upstream.fault = fault
    with pytest.raises(EmbedderFailed) as caught:
        await reranker.score("which rent?", PASSAGES)
    assert "canary" not in caught.value.detail


async def test_no_passages_ask_nobody(reranker: RemoteReranker, vector_upstream: VectorServer):
    assert await reranker.score("which rent?", []) == []
    assert vector_upstream.requests == []
