"""The doctor and its instruments, from settings: in a web process, and for a terminal."""

import asyncio
import json
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from app.bootstrap.identity import issuer_options
from app.bootstrap.parts import blob_store, text_recognition
from app.bootstrap.vault import key_vault
from app.catalog.tables import Provider
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.location import conninfo
from app.doctor.check import Check, Finding, failed, ok, warning
from app.doctor.choice import ModelChoice
from app.doctor.doctor import Doctor
from app.doctor.endpoints import Endpoints
from app.doctor.leftovers import Inventory, Leftovers
from app.doctor.postgres import Postgres
from app.doctor.reach import Reach
from app.doctor.reading import Reading
from app.doctor.searching import Searching
from app.doctor.sign_in import SignIn
from app.doctor.storage import Room, Storage
from app.doctor.streams import Streams
from app.doctor.web_search import WebSearchKey
from app.settings import Settings
from ingest.blobs import made_before
from ingest.corpus.tables import now
from providers.contract import Embedder
from providers.local.client import SocketEmbedder
from providers.secrets import KeyVault, SecretUnreadable

POOL = 2
"""Connections of the doctor's own, as many again at need; none between two looks."""
PATIENCE_S = 1.0
"""For the models process, which is either there or not."""
HEALTH_S = 4.0
SETTLED = timedelta(hours=1)
"""The age from which on a stored file's document is written down, or never will be."""
_PIECE = b"lumen doctor"

FindEmbedder = Callable[[], Awaitable[Embedder]]


@asynccontextmanager
async def open_doctor(
    settings: Settings, embedder: Embedder | None = None, room: Room | None = None
) -> AsyncGenerator[Doctor]:
    """A doctor that is ready to look.

    Args:
        settings: What is set.
        embedder: The embedding model of a web process; None to look for it, and for a web process,
            from a terminal.
        room: How much must be free on the disks.
    """
    database = Database(
        conninfo(settings.database_url, settings.data_dir),
        pool_size=POOL,
        application_name="lumen-doctor",
    )

    connecting = _Connecting(settings)
    find = _given(embedder) if embedder else connecting.find

    def checks() -> list[Check]:
        found = _checks(settings, database, find, room or Room())
        return found if embedder else [_server_check(settings), *found]

    async def rest() -> None:
        await connecting.close()
        await database.close()

    doctor = Doctor(checks, rest)
    try:
        yield doctor
    finally:
        await doctor.close()
        await database.close()


def _checks(settings: Settings, database: Database, find: FindEmbedder, room: Room) -> list[Check]:
    # The clients of what is outside are half of a process's memory: only where somebody looks.
    from app.bootstrap import probes  # noqa: PLC0415

    keys = _Keys(settings)
    options = issuer_options(settings)
    account = settings.tavily_api_key
    public = probes.PublicUrl(settings.public_url) if settings.public_url else None
    themes = (
        Postgres(database, stopped=partial(_postgres_is_stopped, settings)),
        Storage(_folders(settings), _keeping(settings), room),
        SignIn(
            database,
            local=settings.local_sign_in,
            issuer=partial(probes.issuer_problem, options) if options else None,
            open_key=keys.open,
            is_current=keys.is_current,
            clock=now,
        ),
        Reach(database),
        Endpoints(
            database,
            keys.open,
            probes.EndpointProbe(allow_private=settings.providers_may_be_private),
        ),
        ModelChoice(database),
        Streams(database, find, public),
        WebSearchKey(
            probes.TavilyAccount(account.get_secret_value(), settings.tavily_base_url)
            if account
            else None
        ),
        Reading(database, text_recognition(settings), settings.ocr_languages),
        Leftovers(database, _listing(settings)),
        Searching(database),
    )
    return [check for theme in themes for check in theme.checks()]


def _given(embedder: Embedder) -> FindEmbedder:
    async def find() -> Embedder:
        return embedder

    return find


class _Connecting:
    """The way of a terminal to the embedding model: one connection a look, whoever asks first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._connecting: asyncio.Task[Embedder] | None = None

    async def find(self) -> Embedder:
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
            self._connecting = None
        await self._stack.aclose()

    async def _connect(self) -> Embedder:
        if self._settings.embedding_url is not None:
            from app.bootstrap.endpoint_models import remote_model  # noqa: PLC0415

            remote, _ = await remote_model(self._settings, [], self._stack)
            return remote
        path = self._settings.models_socket_path
        local = await SocketEmbedder.connect(path, patience=PATIENCE_S)
        self._stack.push_async_callback(local.aclose)
        return local


def _postgres_is_stopped(settings: Settings) -> bool:
    return settings.embedded and EmbeddedPostgres(settings.data_dir).running_pid() is None


def _folders(settings: Settings) -> list[tuple[str, Path]]:
    folders = [
        ("the data folder", settings.data_dir),
        ("temporary files", Path(tempfile.gettempdir())),
    ]
    kept = urlsplit(settings.blob_location)
    if kept.scheme in {"", "file"}:
        folders.append(("uploads", Path(kept.path)))
    return folders


def _keeping(settings: Settings) -> Callable[[], Awaitable[bool]] | None:
    """Tries the store; None for a folder that is not there yet: looking must not make it."""
    kept = urlsplit(settings.blob_location)
    if kept.scheme in {"", "file"} and not Path(kept.path).is_dir():
        return None

    async def keep() -> bool:
        store = await asyncio.to_thread(blob_store, settings)
        async with store.create() as writer:
            await writer.write(_PIECE)
            blob = await writer.finish()
        try:
            return b"".join([piece async for piece in store.open(blob.key)]) == _PIECE
        finally:
            await store.delete(blob.key)

    return keep


def _listing(settings: Settings) -> Callable[[], Awaitable[Inventory]] | None:
    """Lists the stored files; None for a folder that is not there yet."""
    kept = urlsplit(settings.blob_location)
    if kept.scheme in {"", "file"} and not Path(kept.path).is_dir():
        return None

    async def listing() -> Inventory:
        store = await asyncio.to_thread(blob_store, settings)
        every = frozenset(await store.keys(older_than=timedelta(0)))
        settled = now() - SETTLED
        return Inventory(every, frozenset(key for key in every if made_before(key, settled)))

    return listing


class _Keys:
    """The providers' keys, as far as the secret is known here."""

    def __init__(self, settings: Settings) -> None:
        self._vault = _vault(settings)

    def open(self, row: Provider) -> str | None:
        if row.api_key is None:
            return None
        if self._vault is None:
            raise SecretUnreadable("the server's secret is not set here, or not usable")
        return self._vault.open(row.api_key, row.id)

    def is_current(self, row: Provider) -> bool:
        if row.api_key is None or self._vault is None:
            return True
        return self._vault.is_current(row.api_key)


def _vault(settings: Settings) -> KeyVault | None:
    """By the server's secret; None where there is none: looking must not make one."""
    given = settings.secret_key or settings.secret_key_file
    if not given and not (settings.data_dir / "secret.key").is_file():
        return None
    try:
        return key_vault(settings)
    except (ValueError, OSError):
        return None


def _server_check(settings: Settings) -> Check:
    async def answers() -> Finding:
        return await asyncio.to_thread(_server, settings)

    return Check(
        id="server",
        name="Server",
        runbook="does-not-start",
        run=answers,
        needs_database=False,
    )


def _server(settings: Settings) -> Finding:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    place = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    try:
        with urlopen(f"{place}/health/ready", timeout=HEALTH_S) as answer:  # noqa: S310 - this host
            body: object = json.load(answer)
    except HTTPError as error:
        with error:
            body = _json(error.read())
    except (OSError, ValueError):
        body = None
    if not isinstance(body, dict):
        said = f"No Lumen answers at {place}."
        # With a database elsewhere, web processes may be, too.
        return failed(said) if settings.embedded else warning(said)
    parts = cast("dict[str, dict[str, str]]", body).get("parts", {})
    wrong = [f"{name}: {said}" for name, said in parts.items() if said != "ok"]
    if wrong or not parts:
        return failed(f"Lumen answers at {place}, but is not ready: {'; '.join(wrong)}.")
    return ok(f"Lumen answers at {place} and is ready.")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
