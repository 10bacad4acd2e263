"""`lumen backup` and `lumen restore`: everything but the secret, in one folder."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
import psycopg
from sqlalchemy.engine import make_url

from app.cli.serve import load_settings, only_one
from app.db.dump import dump, put_back
from app.db.embedded import EmbeddedPostgres
from app.db.errors import DatabaseError
from app.db.location import conninfo
from app.db.migrate import migrate
from app.settings import Settings

DATABASE: Final = "database.dump"
UPLOADS: Final = "uploads"
MANIFEST: Final = "backup.json"
"""Written last: a folder without it is a copy that was cut."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the database and the uploads into FOLDER, which is made; Lumen may run meanwhile.

    The server's secret is not copied: keep it elsewhere. Neither is an object store's content.
    """
    settings = load_settings(secret=False)
    if settings.embedded and not EmbeddedPostgres(settings.data_dir).exists:
        raise click.ClickException(f"There is no Lumen in {settings.data_dir}. Set LUMEN_DATA_DIR.")
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Name a folder that is not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    with _errors(), _database(settings) as place:
        # First the rows, then the files: a file is stored before its row is.
        dump(place, folder / DATABASE)
    uploads = _uploads(settings)
    if uploads is not None and uploads.is_dir():
        ignored = shutil.ignore_patterns("partial")
        shutil.copytree(uploads, folder / UPLOADS, ignore=ignored, dirs_exist_ok=True)
    files = _count(folder / UPLOADS)
    made = {"version": version("lumen"), "at": datetime.now(UTC).isoformat(), "files": files}
    (folder / MANIFEST).write_text(json.dumps(made, indent=2) + "\n")
    click.echo(f"Copied the database and {files} files to {folder}.", err=True)
    if uploads is None:
        click.echo(f"What is in {settings.blob_location} is not in it: copy that, too.", err=True)
    click.echo("The secret is not in it: keep it elsewhere.", err=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def restore(folder: Path) -> None:
    """Fill an empty Lumen with what `lumen backup` copied into FOLDER.

    With LUMEN_DATA_DIR or DATABASE_URL as the new server has them; the server must not run yet.
    """
    settings = load_settings(secret=False)
    if not (folder / MANIFEST).is_file():
        raise click.ClickException(f"{folder} holds no whole backup: {MANIFEST} is missing.")
    with _errors(), _database(settings) as place:
        if _is_used(place):
            raise click.ClickException(
                "The database is not empty, and nothing was changed. Name another one, or an empty "
                "LUMEN_DATA_DIR: runbooks/how-to/wipe.md."
            )
        uploads = _uploads(settings)
        files = _count(folder / UPLOADS)
        if uploads is not None and files:
            shutil.copytree(folder / UPLOADS, uploads, dirs_exist_ok=True)
        put_back(place, folder / DATABASE)
        migrate(place)
    click.echo(f"Restored the database and {files} files.", err=True)
    if uploads is None and files:
        click.echo(f"Copy {folder / UPLOADS} to {settings.blob_location} as well.", err=True)


@contextmanager
def _errors() -> Generator[None]:
    try:
        yield
    except (DatabaseError, OSError, shutil.Error) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _database(settings: Settings) -> Generator[str]:
    """Where the database is; an embedded one that does not run is started for the while."""
    place = conninfo(settings.database_url, settings.data_dir)
    postgres = EmbeddedPostgres(settings.data_dir)
    if not settings.embedded or postgres.running_pid() is not None:
        yield place
        return
    with only_one(settings.data_dir):
        postgres.start()
        try:
            yield place
        finally:
            postgres.stop()


def _is_used(place: str) -> bool:
    url = make_url(place).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('public.alembic_version') IS NOT NULL")
        row = found.fetchone()
    return bool(row and row[0])


def _uploads(settings: Settings) -> Path | None:
    """The folder of uploads; None where they are in an object store."""
    kept = urlsplit(settings.blob_location)
    return Path(kept.path) if kept.scheme in {"", "file"} else None


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
