"""`lumen backup` and `lumen restore`: what was copied answers as before, here and elsewhere."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.bootstrap.parts import Models
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.doctor.scene import LAMPS, QUESTION, Scene
from tests.fixtures.site import PASSWORD, open_site
from tests.http.chat.world import read_events

SECRET = "s" * 32
SETTINGS = {"shared_buffers": "16MB"}


@pytest.fixture
def folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="lumen-backup-") as name:
        Path(name).chmod(0o711)  # Root's stand-in must pass through.
        yield Path(name)


@pytest.fixture
def models(embedder: LocalEmbedder, token_counter: ModelTokenCounter) -> Models:
    return Models(embedder, token_counter)


async def lumen(data: Path, *words: str | Path, **more: str) -> tuple[int, str]:
    """Status and complaints of a command."""
    kept = {"LUMEN_DATA_DIR": str(data), "LUMEN_SECRET_KEY": SECRET}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", *map(str, words)),
        cwd=Path(__file__).parents[2],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", **kept, **more},
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaints = await process.communicate()
    return process.returncode or 0, complaints.decode()


@asynccontextmanager
async def running(data: Path) -> AsyncGenerator[Database]:
    """The embedded server of a data folder."""
    postgres = EmbeddedPostgres(data, settings=SETTINGS)
    await asyncio.to_thread(postgres.start)
    database = Database(postgres.conninfo())
    try:
        yield database
    finally:
        await database.close()
        await asyncio.to_thread(postgres.stop)


async def answer(ada: httpx.AsyncClient, project: str) -> tuple[str, str]:
    """An answer's text, and the quote that it stands on."""
    asked = await ada.post(f"/chat/projects/{project}", json={"message": QUESTION})
    events = read_events(asked.content)
    text = "".join(data["delta"] for name, _, data in events if name == "text")
    (done,) = [data for name, _, data in events if name == "done"]
    return text, done["citations"][0]["quote"]


async def after(database: Database, models: Models, data: Path, project: str) -> tuple[str, str]:
    """The answer of a server on what was restored, to Ada who signs in with her password."""
    async with open_site(database, models, data) as site, site.client() as ada:
        body = {"email": "ada@example.com", "password": PASSWORD}
        signed_in = (await ada.post("/auth/login", json=body)).json()
        ada.headers["Authorization"] = f"Bearer {signed_in['accessToken']}"
        listed = (await ada.get(f"/documents/projects/{project}")).json()["documents"]
        file = await ada.get(f"/documents/{listed[0]['id']}/file")
        assert file.content == LAMPS
        return await answer(ada, project)


@pytest.mark.timeout(300)
async def test_what_was_copied_while_it_ran_answers_the_same_after_a_wipe_and_elsewhere(
    folder: Path, models: Models, server: EmbeddedPostgres
) -> None:
    data, copy = folder / "data", folder / "copy"
    async with running(data) as database, AsyncExitStack() as stack:
        await asyncio.to_thread(migrate, database.conninfo)
        scene = Scene(database, models, data, stack)
        await scene.set_up()
        project = await scene.lamps()
        before = await answer(scene.ada, project)
        assert "keeper" in before[0]
        status, said = await lumen(data, "backup", copy)
        assert (status, "and 1 files" in said) == (0, True), said
    assert (copy / "database.dump").stat().st_mode & 0o077 == 0
    assert SECRET not in (copy / "backup.json").read_text()

    shutil.rmtree(data)
    status, said = await lumen(data, "restore", copy)
    assert (status, "Restored the database and 1 files." in said) == (0, True), said
    async with running(data) as database:
        assert await after(database, models, data, project) == before
    status, said = await lumen(data, "restore", copy)
    assert status == 1
    assert "not empty, and nothing was changed" in said

    with external(server) as url:
        elsewhere = folder / "elsewhere"
        status, said = await lumen(elsewhere, "restore", copy, DATABASE_URL=url)
        assert status == 0, said
        database = Database(url)
        assert await after(database, models, elsewhere, project) == before
        await database.close()


def external(server: EmbeddedPostgres) -> "External":
    return External(server)


class External:
    """A database of one's own, made as the how-to says: a role that is no superuser owns it."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._name = f"own_{uuid4().hex}"

    def __enter__(self) -> str:
        self._do("postgres", f"CREATE ROLE {self._name} LOGIN PASSWORD 'colon:and\\slash'")
        self._do("postgres", f"CREATE DATABASE {self._name} OWNER {self._name}")
        self._do(self._name, "CREATE EXTENSION vector")
        url = self._server.conninfo(self._name)
        return url.replace("postgres@", f"{self._name}:colon%3Aand%5Cslash@", 1)

    def __exit__(self, *_: object) -> None:
        self._do("postgres", f"DROP DATABASE {self._name} WITH (FORCE)")
        self._do("postgres", f"DROP ROLE {self._name}")

    def _do(self, database: str, statement: str) -> None:
        with psycopg.connect(self._server.conninfo(database), autocommit=True) as connection:
            connection.execute(statement.encode())


async def test_a_folder_without_a_lumen_is_not_taken_for_an_empty_one(folder: Path) -> None:
    status, said = await lumen(folder / "mistyped", "backup", folder / "copy")
    assert (status, "There is no Lumen in" in said) == (1, True), said
    assert not (folder / "mistyped").exists()
    assert not (folder / "copy").exists()


async def test_a_folder_with_something_in_it_is_not_written_to(folder: Path) -> None:
    (folder / "copy").mkdir()
    (folder / "copy" / "mine.txt").write_text("mine")
    url = "postgresql://nobody@127.0.0.1:9/lumen"
    status, said = await lumen(folder / "data", "backup", folder / "copy", DATABASE_URL=url)
    assert (status, "is not empty" in said) == (1, True), said
    assert [path.name for path in (folder / "copy").iterdir()] == ["mine.txt"]


async def test_a_copy_that_was_cut_is_not_put_back(folder: Path) -> None:
    (folder / "copy").mkdir()
    (folder / "copy" / "database.dump").write_bytes(b"PGDMP")
    status, said = await lumen(folder / "data", "restore", folder / "copy")
    assert (status, "no whole backup" in said) == (1, True), said
    assert not (folder / "data" / "postgres").exists()


async def test_a_database_that_is_away_leaves_no_copy_that_looks_whole(folder: Path) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:9/lumen"
    status, said = await lumen(folder / "data", "backup", folder / "copy", DATABASE_URL=url)
    assert (status, "pg_dump failed" in said, "secret" in said) == (1, True, False), said
    assert not (folder / "copy" / "backup.json").exists()
