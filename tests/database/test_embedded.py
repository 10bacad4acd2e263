"""The embedded server: made, tuned, stopped cleanly, and up again after a crash."""

import os
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.db.embedded import TUNING, EmbeddedPostgres
from app.db.errors import EmbeddedServerFailed


@pytest.fixture
def folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="lumen-pg-") as name:
        Path(name).chmod(0o711)  # Root's stand-in must pass through.
        yield Path(name) / "data"


@pytest.fixture
def postgres(folder: Path) -> Generator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()


def one(postgres: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(postgres.conninfo()) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def test_it_is_postgres_18_with_pgvector_and_our_settings(postgres: EmbeddedPostgres) -> None:
    assert str(one(postgres, "SHOW server_version")).startswith("18")
    assert one(postgres, "SHOW max_wal_size") == TUNING["max_wal_size"]
    assert one(postgres, "SHOW jit") == "off"
    extensions = "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
    assert one(postgres, extensions) == "0.8.5"


def test_a_second_start_finds_it_running(postgres: EmbeddedPostgres) -> None:
    pid = postgres.running_pid()
    EmbeddedPostgres(postgres.folder).start()
    assert postgres.running_pid() == pid


def test_what_was_committed_is_there_after_a_kill(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.conninfo()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = postgres.running_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=1)
    assert postgres.running_pid() is None
    postgres.start()
    assert one(postgres, "SELECT answer FROM kept") == 42


def test_stop_leaves_no_process_and_no_lock(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    server.stop()
    assert server.running_pid() is None
    assert not (server.cluster / "postmaster.pid").exists()


def test_nobody_else_reaches_the_folder_or_the_socket(postgres: EmbeddedPostgres) -> None:
    assert postgres.folder.stat().st_mode & 0o007 == 0
    assert postgres.socket_folder.stat().st_mode & 0o077 == 0
    assert postgres.cluster.stat().st_mode & 0o077 == 0


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = EmbeddedPostgres(tmp_path / ("d" * 120))
    assert len(str(deep.socket_folder)) < 60
    assert deep.socket_folder != EmbeddedPostgres(tmp_path / ("e" * 120)).socket_folder


def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings={"shared_buffers": "1"})
    with pytest.raises(EmbeddedServerFailed, match="shared_buffers"):
        server.start()
