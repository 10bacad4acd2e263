"""`lumen serve`: everything on one host."""

import asyncio
import fcntl
import json
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import cast
from urllib.request import urlopen

import click
from pydantic import ValidationError

from app.db.embedded import EmbeddedPostgres
from app.db.errors import DatabaseError
from app.settings import Settings
from app.supervisor import Child, Supervisor, listen
from app.telemetry import configure_logs

READY_POLL_S = 0.1
READY_TIMEOUT_S = 180.0  # The first start converts the embedding model.


@click.command()
def serve() -> None:
    """Serve the product: database, models, web and workers, under one supervisor."""
    settings = load_settings()
    configure_logs(level=settings.log_level, style=settings.log_format, process="supervisor")
    with only_one(settings.data_dir), listening(settings) as listener:
        postgres = EmbeddedPostgres(settings.data_dir) if settings.embedded else None
        try:
            if postgres is not None:
                postgres.start()
            migrate_in_child()
            asyncio.run(_supervise(settings, postgres, listener))
        except DatabaseError as error:
            raise click.ClickException(str(error)) from error
        finally:
            if postgres is not None:
                postgres.stop()


def load_settings(*, secret: bool = True) -> Settings:
    """The settings, or an end with what is wrong with them.

    Args:
        secret: Whether the command needs the server's secret.

    Raises:
        click.ClickException: A variable does not fit.
    """
    try:
        settings = Settings()  # pyright: ignore[reportCallIssue] - pydantic fills the fields
        if secret:
            settings.secret()
            settings.older_secrets()
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        if first["loc"]:  # Else it is about several variables, and names them.
            name = "_".join(str(part) for part in first["loc"]).upper().removeprefix("LUMEN_")
            said = f"LUMEN_{name}: {said}"
        raise click.ClickException(said) from error
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    return settings


@contextmanager
def only_one(folder: Path) -> Generator[None]:
    """Hold the data folder for this process.

    Raises:
        click.ClickException: Another server holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(
                f"Another Lumen serves from {folder}. Stop it, or set LUMEN_DATA_DIR."
            ) from error
        yield


@contextmanager
def listening(settings: Settings) -> Generator[socket.socket]:
    """Hold the listening socket.

    Raises:
        click.ClickException: The port is taken, or the address is not this machine's.
    """
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        raise click.ClickException(
            f"Can't listen on {settings.host}, port {settings.port}: {error.strerror}. "
            "Set LUMEN_PORT (or LUMEN_HOST) to another one."
        ) from error
    with listener:
        yield listener


def migrate_in_child() -> None:
    """Bring the schema up to date, in a process whose memory goes away with it.

    Raises:
        click.ClickException: It failed; the child has said why.
    """
    result = subprocess.run([sys.executable, "-m", "app", "migrate", "--quiet"], check=False)
    if result.returncode:
        raise click.ClickException("The database is not usable; see the message above.")


async def _supervise(
    settings: Settings, postgres: EmbeddedPostgres | None, listener: socket.socket
) -> None:
    lumen = (sys.executable, "-m", "app")
    web = (*lumen, "web", "--fd", str(listener.fileno()))
    children = [
        *([Child("models", (*lumen, "models"))] if _embeds_here(settings) else []),
        *(Child(f"web {n + 1}", web, (listener.fileno(),)) for n in range(settings.web_processes)),
        *(Child(f"worker {n + 1}", (*lumen, "worker")) for n in range(settings.worker_processes)),
    ]
    supervisor = Supervisor(children, postgres)
    announcer = asyncio.create_task(_announce(settings, listener.getsockname()[1]))
    await supervisor.run()
    announcer.cancel()


def _embeds_here(settings: Settings) -> bool:
    """Whether this host has a model to serve: the one set, or an old one that is still gone by."""
    if settings.embedding_url is None:
        return True
    told = subprocess.run([sys.executable, "-m", "app", "embedding", "local"], check=False)
    return told.returncode == 0


async def _announce(settings: Settings, port: int) -> None:
    """Say where to go as soon as questions can be answered."""
    began = monotonic()
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    local = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    address = (settings.public_url or local).rstrip("/")
    while not await asyncio.to_thread(_ready, f"{local}/health/ready"):
        if monotonic() - began > READY_TIMEOUT_S:
            click.echo("Lumen is still not ready; see the log above and /health/ready.", err=True)
            return
        await asyncio.sleep(READY_POLL_S)
    initialized = await asyncio.to_thread(_fetch, f"{local}/bootstrap/status")
    click.echo(f"\n  Lumen is ready: {address}/app   (in {monotonic() - began:.1f} s)", err=True)
    if initialized.get("isInitialized") is False:
        link = f"{address}/app/setup?token={settings.setup_secret()}"
        click.echo(f"  Set it up, once:  {link}", err=True)
    click.echo("  Ctrl-C ends it.\n", err=True)


def _ready(url: str) -> bool:
    return _fetch(url).get("status") == "ready"


def _fetch(url: str) -> dict[str, object]:
    # The standard library's client: this process stays small while it watches the others.
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310 - this host's own address
            body: object = json.load(response)
    except (OSError, ValueError):
        return {}
    return cast("dict[str, object]", body) if isinstance(body, dict) else {}
