"""Embedding and reranking by an endpoint elsewhere."""

from contextlib import AsyncExitStack

from app.settings import Settings
from providers.contract import TokenCounter
from providers.endpoint import Limits, OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.openai_embedder import OpenAIVectors
from providers.patience import PatientCalls
from providers.remote_embedder import Patience, RemoteEmbedder, RemoteModel, VectorProtocol
from providers.remote_reranker import RemoteReranker
from providers.tei import TeiVectors
from providers.token_counts import MARGIN, EstimatedTokens, TokenizerFile

LIMITS = Limits(idle=30.0)


async def remote_model(
    settings: Settings, stack: AsyncExitStack
) -> tuple[RemoteEmbedder, TokenCounter]:
    """The embedding model of the endpoint that is set, closed with the stack, and its counter.

    Raises:
        AddressRefused: The server may not go there.
        EmbedderFailed: Its vectors' length is not set and it can't be asked.
    """
    if settings.embedding_url is None or settings.embedding_model is None:
        raise EmbedderFailed("no embedding endpoint is set")
    protocol: VectorProtocol = (
        OpenAIVectors(settings.embedding_model)
        if settings.embedding_protocol == "openai"
        else TeiVectors()
    )
    key = settings.embedding_api_key
    endpoint = OpenAIEndpoint(
        settings.embedding_url,
        key.get_secret_value() if key else "",
        limits=LIMITS,
        allow_private=settings.providers_may_be_private,
    )
    stack.push_async_callback(endpoint.aclose)
    dimensions = settings.embedding_dimensions or await asked_length(endpoint, protocol)
    counter = _counter(settings)
    name = f"endpoint/{settings.embedding_model}@{dimensions}"
    window = settings.embedding_max_tokens
    if settings.embedding_tokenizer is None:
        window = int(window * MARGIN)
    model = RemoteModel(name, dimensions, window)
    return RemoteEmbedder(endpoint, protocol, model, counter=counter), counter


async def asked_length(endpoint: OpenAIEndpoint, protocol: VectorProtocol) -> int:
    """The length of the endpoint's vectors, from a first one.

    Raises:
        EmbedderFailed: It gives none.
    """
    calls = PatientCalls(endpoint)
    body = await calls.call(lambda: protocol.ask(calls, ["How long?"]), Patience().passages)
    length = len(protocol.read(body, 1)[0])
    if not length:
        raise EmbedderFailed("the embedding endpoint sent an empty vector")
    return length


def remote_reranker(settings: Settings, stack: AsyncExitStack) -> RemoteReranker:
    """The reranker of the endpoint that is set, closed with the stack.

    Raises:
        AddressRefused: The server may not go there.
    """
    key = settings.reranker_api_key
    endpoint = OpenAIEndpoint(
        settings.reranker_url or "",
        key.get_secret_value() if key else "",
        limits=LIMITS,
        allow_private=settings.providers_may_be_private,
    )
    reranker = RemoteReranker(endpoint, settings.reranker_model)
    stack.push_async_callback(reranker.aclose)
    return reranker


def _counter(settings: Settings) -> TokenCounter:
    if settings.embedding_tokenizer is None:
        return EstimatedTokens()
    return TokenizerFile(settings.embedding_tokenizer)
