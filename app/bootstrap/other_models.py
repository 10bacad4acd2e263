"""How the model of a vector space is written down, and found again by that."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from app.bootstrap.spaces import OpenModel
from app.bootstrap.vault import key_vault
from app.settings import Settings
from ingest.corpus.tables import VectorSpace
from providers.contract import Embedder
from providers.errors import EmbedderFailed
from providers.local.client import SocketEmbedder
from providers.local.frames import Want
from providers.prompts import Prompts

PATIENCE_S = 8.0
"""How long the models process gets to be there; its restart takes 2 to 5 seconds."""


class Spec(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How a model is reached; what a `vector_space` row holds.

    Attributes:
        kind: `given` is a model that a command brought along.
        model: A local one's folder or name, or an endpoint's name for it.
        key: Sealed for the space's row, in base 64.
        query_prompt: Put before questions; None for the model's own.
        passage_prompt: Put before passages; None for the model's own.
    """

    kind: Literal["local", "openai", "tei", "given"]
    model: str | None = None
    url: str | None = None
    max_tokens: int | None = None
    key: str | None = None
    query_prompt: str | None = None
    passage_prompt: str | None = None

    @property
    def prompts(self) -> Prompts:
        """What goes before texts."""
        return Prompts(self.query_prompt, self.passage_prompt)


def spec_of(settings: Settings, name: str) -> Mapping[str, object]:
    """How the model that is set is reached, as it is stored."""
    if settings.embedding_url is None:
        spec = Spec("local", settings.embedding_model)
    else:
        sealed = None
        if settings.embedding_api_key is not None:
            vault = key_vault(settings)
            key = settings.embedding_api_key.get_secret_value()
            sealed = b64encode(vault.seal(key, _row(name))).decode()
        spec = Spec(
            settings.embedding_protocol,
            settings.embedding_model,
            settings.embedding_url,
            settings.embedding_max_tokens,
            sealed,
        )
    prompts = settings.embedding_prompts
    spec = msgspec.structs.replace(spec, query_prompt=prompts.query, passage_prompt=prompts.passage)
    return msgspec.to_builtins(spec)


def opener(settings: Settings) -> OpenModel:
    """What reaches models other than the one that is set."""

    async def open_model(space: VectorSpace, stack: AsyncExitStack) -> Embedder:
        try:
            spec = msgspec.convert(space.spec, Spec)
        except msgspec.ValidationError as error:
            raise EmbedderFailed("it is not known where it was") from error
        if spec.kind == "given":
            raise EmbedderFailed("it is not known where it was")
        if spec.kind != "local":
            return await _endpoint(settings, space, spec, stack)
        embedder = await SocketEmbedder.connect(
            settings.models_socket_path,
            patience=PATIENCE_S,
            want=Want(spec.model, spec.query_prompt, spec.passage_prompt),
        )
        stack.push_async_callback(embedder.aclose)
        if embedder.name != space.name:
            raise EmbedderFailed(f"another model is there by now: {embedder.name}")
        return embedder

    return open_model


async def _endpoint(
    settings: Settings, space: VectorSpace, spec: Spec, stack: AsyncExitStack
) -> Embedder:
    # The official client is 16 MB and half a second: only for those who have an endpoint.
    from app.bootstrap.endpoint_models import EndpointModel, open_endpoint  # noqa: PLC0415

    key = ""
    if spec.key is not None:
        vault = key_vault(settings)
        key = vault.open(b64decode(spec.key), _row(space.name))
    model = EndpointModel(
        "tei" if spec.kind == "tei" else "openai", spec.url or "", key, spec.model or ""
    )
    return open_endpoint(settings, model, space, spec.max_tokens or 512, spec.prompts, stack)


def _row(name: str) -> UUID:
    """What a key is bound to."""
    return uuid5(NAMESPACE_URL, f"lumen:vector-space:{name}")
