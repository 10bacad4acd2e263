"""The real server, as a person starts it, shared by all test workers of a run."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.browser import web_upstream
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
_READY = re.compile(r"Lumen is ready: (http://\S+)/app")
# Held, because it is ended by whichever worker leaves last.
_STARTED: list[subprocess.Popen[bytes]] = []
_SETUP = re.compile(r"Set it up, once:\s+(http://\S+)")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where it is, and the link that it printed at its first start."""

    url: str
    setup_link: str
    folder: Path


@contextmanager
def locked(folder: Path, what: str = "lock") -> Generator[None]:
    """Hold the folder, or one thing that the server has once, against the run's other workers."""
    with (folder / what).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder_for(run: str) -> Path:
    """The run's folder; the database's own user passes through it."""
    folder = Path(tempfile.gettempdir()) / f"lumen-browser-{run[:12]}"
    (folder / "users").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    return folder


def launch(folder: Path) -> None:
    """Start `python -m app serve` on a free port, its words kept in a file."""
    # Converted once for all test runs of this machine, as in tests.fixtures.embedding.
    models = Path(tempfile.gettempdir()) / "lumen-test-models"
    models.mkdir(exist_ok=True)
    (folder / "data").mkdir(mode=0o711)
    (folder / "data" / "models").symlink_to(models)
    web, address = web_upstream.launch(folder)
    command = [
        "env", f"LUMEN_DATA_DIR={folder / 'data'}", "LUMEN_PORT=0", "LUMEN_LOG_FORMAT=json",
        f"TAVILY_API_KEY={web_upstream.KEY}", f"TAVILY_BASE_URL={address}",
        sys.executable, "-m", "app", "serve",
    ]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
    (folder / "pid").write_text(f"{process.pid} {web.pid}")
    _STARTED.extend((process, web))


async def printed(folder: Path) -> RunningServer:
    """The server, once it has said that it is ready.

    Raises:
        TimeoutError: It did not get there.
    """
    log = folder / "server.log"
    await eventually(lambda: "Ctrl-C ends it" in log.read_text(), seconds=90)
    text = log.read_text()
    ready, setup = _READY.search(text), _SETUP.search(text)
    assert ready, text
    assert setup, text
    return RunningServer(ready[1], setup[1], folder)


def leave(folder: Path) -> None:
    """Take this worker off the list; the last one ends the server."""
    with locked(folder):
        (folder / "users" / str(os.getpid())).unlink()
        last = not any((folder / "users").iterdir())
        if last:
            for pid in (folder / "pid").read_text().split():
                _end(int(pid))
            for started in _STARTED:
                started.wait(timeout=20)
    if last:
        shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int) -> None:
    """End a process and wait until it has: its folder is deleted next."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        for _ in range(200):
            if process.status() == psutil.STATUS_ZOMBIE and not _STARTED:
                break  # Another worker's child, which nobody has reaped: it is over.
            with suppress(psutil.TimeoutExpired):
                process.wait(0.1)
                break
