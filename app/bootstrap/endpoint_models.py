"""Embedding and reranking by an endpoint elsewhere."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Literal

from app.settings import Settings
from ingest.corpus.tables import VectorSpace
from providers.contract import TokenCounter
from providers.endpoint import Limits, OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.openai_embedder import OpenAIVectors
from providers.patience import PatientCalls
from providers.prompts import OWN, Prompts, marked
from providers.remote_embedder import Patience, RemoteEmbedder, RemoteModel, VectorProtocol
from providers.remote_reranker import RemoteReranker
from providers.tei import TeiVectors
from providers.token_counts import MARGIN, EstimatedTokens, PromptedTokens, TokenizerFile

LIMITS = Limits(idle=30.0)


@dataclass(frozen=True, slots=True)
class EndpointModel:
    """A model, and where it is served."""

    kind: Literal["openai", "tei"]
    url: str
    key: str = field(repr=False)
    model: str

    @property
    def protocol(self) -> VectorProtocol:
        """How it is asked."""
        return TeiVectors() if self.kind == "tei" else OpenAIVectors(self.model)

    def open(self, settings: Settings, stack: AsyncExitStack) -> OpenAIEndpoint:
        """A client, closed with the stack.

        Raises:
            AddressRefused: The server may not go there.
        """
        private = settings.providers_may_be_private
        endpoint = OpenAIEndpoint(self.url, self.key, limits=LIMITS, allow_private=private)
        stack.push_async_callback(endpoint.aclose)
        return endpoint


async def remote_model(
    settings: Settings, known: list[VectorSpace], stack: AsyncExitStack
) -> tuple[RemoteEmbedder, TokenCounter]:
    """The embedding model of the endpoint that is set, closed with the stack, and its counter.

    Args:
        settings: What is set.
        known: Spaces in use: whose length of vectors need not be asked for again.
        stack: Closes it.

    Raises:
        AddressRefused: The server may not go there.
        EmbedderFailed: Its vectors' length is not set and it can't be asked.
    """
    if settings.embedding_url is None or settings.embedding_model is None:
        raise EmbedderFailed("no embedding endpoint is set")
    key = settings.embedding_api_key
    model = EndpointModel(
        settings.embedding_protocol,
        settings.embedding_url,
        key.get_secret_value() if key else "",
        settings.embedding_model,
    )
    endpoint = model.open(settings, stack)
    prompts = settings.embedding_prompts
    dimensions = (
        settings.embedding_dimensions
        or _length_known(known, model.model, prompts)
        or await asked_length(endpoint, model.protocol)
    )
    counter: TokenCounter = EstimatedTokens()
    window = int(settings.embedding_max_tokens * MARGIN)
    if settings.embedding_tokenizer is not None:
        counter, window = TokenizerFile(settings.embedding_tokenizer), settings.embedding_max_tokens
    name = space_name(model.model, dimensions, prompts)
    remote = RemoteModel(name, dimensions, window, prompts)
    embedder = RemoteEmbedder(endpoint, model.protocol, remote, counter=counter)
    return embedder, PromptedTokens(counter, prompts.passage) if prompts.passage else counter


def open_endpoint(
    settings: Settings,
    model: EndpointModel,
    space: VectorSpace,
    max_tokens: int,
    prompts: Prompts,
    stack: AsyncExitStack,
) -> RemoteEmbedder:
    """The model of a space, where it was when it was set; closed with the stack.

    Raises:
        AddressRefused: The server may not go there.
    """
    endpoint = model.open(settings, stack)
    remote = RemoteModel(space.name, space.dimensions, int(max_tokens * MARGIN), prompts)
    return RemoteEmbedder(endpoint, model.protocol, remote)


def space_name(model: str, dimensions: int, prompts: Prompts = OWN) -> str:
    """The same wherever the endpoint stands: what a model gives does not depend on it."""
    plain = f"endpoint/{model}@{dimensions}"
    return marked(plain, prompts.passage) if prompts.passage else plain


def _length_known(known: list[VectorSpace], model: str, prompts: Prompts) -> int | None:
    for space in known:
        if space.name == space_name(model, space.dimensions, prompts):
            return space.dimensions
    return None


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
