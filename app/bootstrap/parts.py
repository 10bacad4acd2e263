"""The parts that several processes of Lumen open alike."""

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from app.bootstrap.other_models import opener, spec_of
from app.bootstrap.spaces import OpenSpaces
from app.db.engine import Database
from app.db.location import conninfo
from app.settings import MEBIBYTE, Settings
from ingest.blob_location import open_blobs
from ingest.blobs import BlobStore
from ingest.corpus import spaces
from ingest.embedding import EmbeddingOptions
from ingest.recognition import PROGRAM, RecognitionOptions, Tesseract
from ingest.s3_options import S3Options
from ingest.sandbox import Sandbox, SandboxLimits
from providers.contract import Embedder, TokenCounter
from providers.local.client import SocketEmbedder
from providers.local.embedder import open_counter

POOL_SIZE = 10
"""Connections a process keeps; as many again under load."""

MODELS_PATIENCE_S = 60.0
"""How long a starting process waits for the models process."""

REMOTE_BATCHES = EmbeddingOptions(batch_tokens=64 * 512, batch_texts=64, attempts=2)
"""A request a batch. An endpoint's client waits and asks again by itself."""


@dataclass(frozen=True, slots=True)
class Models:
    """The embedding model, as this process reaches it.

    Attributes:
        counter: Counts its tokens, or guesses them where the tokenizer is not known.
        batching: How chunks are handed to it.
        exact: Whether the counter is the model's own tokenizer, which tells how well it knows a
            language.
        remote: Whether an endpoint elsewhere embeds.
        spec: How another process reaches it.
    """

    embedder: Embedder
    counter: TokenCounter
    batching: EmbeddingOptions = field(default_factory=EmbeddingOptions)
    exact: bool = True
    remote: bool = False
    spec: Mapping[str, object] = field(default_factory=lambda: {"kind": "given"})

    @property
    def vocabulary(self) -> TokenCounter | None:
        """The model's own tokenizer, where it is known."""
        return self.counter if self.exact else None


async def open_database(settings: Settings, stack: AsyncExitStack, name: str) -> Database:
    """The pool, closed with the stack; `name` is what the server sees."""
    location = conninfo(settings.database_url, settings.data_dir)
    database = Database(location, pool_size=POOL_SIZE, application_name=name)
    stack.push_async_callback(database.close)
    return database


async def shared_models(settings: Settings, database: Database, stack: AsyncExitStack) -> Models:
    """The model of the endpoint that is set, or of this host's models process.

    Closed with the stack.

    Raises:
        AddressRefused: The server may not go to the endpoint.
        EmbedderFailed: The endpoint or the models process does not answer.
    """
    if settings.embedding_url is not None:
        # The official client is 16 MB and half a second: only for those who have an endpoint.
        from app.bootstrap.endpoint_models import remote_model  # noqa: PLC0415

        async with database.transaction() as session:
            known = await spaces.in_use(session)
        remote, counter = await remote_model(settings, known, stack)
        exact = settings.embedding_tokenizer is not None
        return Models(
            remote,
            counter,
            REMOTE_BATCHES,
            exact=exact,
            remote=True,
            spec=spec_of(settings, remote.name),
        )
    # The tokenizer first: on the very first start it waits until the model is converted.
    cache = settings.data_dir / "models"
    counter = await asyncio.to_thread(
        open_counter, settings.local_model, cache, settings.embedding_prompts
    )
    embedder = await SocketEmbedder.connect(settings.models_socket_path, patience=MODELS_PATIENCE_S)
    stack.push_async_callback(embedder.aclose)
    return Models(embedder, counter, spec=spec_of(settings, embedder.name))


async def open_spaces(
    settings: Settings, database: Database, models: Models, stack: AsyncExitStack
) -> OpenSpaces:
    """Make the model that is set the one to go by, and reach those in use meanwhile.

    Closed with the stack.
    """
    async with database.transaction() as session:
        model = models.embedder
        await spaces.choose(session, model.name, model.dimensions, models.spec)
    opened = OpenSpaces(database.transaction, models.embedder, opener(settings))
    stack.push_async_callback(opened.close)
    await opened.active()
    return opened


def blob_store(settings: Settings) -> BlobStore:
    """Where uploads are kept."""
    access, secret = settings.s3_access_key, settings.s3_secret_key
    options = S3Options(
        endpoint_url=settings.s3_endpoint_url,
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
    )
    return open_blobs(settings.blob_location, options)


def text_recognition(settings: Settings) -> Tesseract | None:
    """What recognises the text of scanned pages; None where this host has it not, or it is off."""
    path = shutil.which(PROGRAM)
    if path is None or not settings.max_ocr_seconds:
        return None
    options = RecognitionOptions(
        languages=tuple(settings.ocr_languages),
        document_seconds=settings.max_ocr_seconds,
        memory_bytes=settings.max_parse_memory_mb * MEBIBYTE,
    )
    return Tesseract(path, options)


def parser_sandbox(settings: Settings) -> Sandbox:
    """Where files are opened, within the limits that are set."""
    return Sandbox(
        SandboxLimits(
            seconds=settings.max_parse_seconds,
            memory_bytes=settings.max_parse_memory_mb * MEBIBYTE,
            max_pages=settings.max_pages,
        ),
        # On the disk of the uploads, where these are files.
        folder=settings.data_dir / "reading" if settings.blob_url is None else None,
    )
