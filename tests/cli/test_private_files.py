"""All that a server keeps is its owner's alone, however careless the shell that starts it."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from app.db.programs import ROOTS_STAND_IN
from tests.cli.conftest import CHECKOUT
from tests.fixtures.site import PASSWORD
from tests.waiting import eventually, eventually_async

READY = re.compile(r"Lumen is ready: (http://\S+)/app")
NOTE = [("files", ("note.md", b"# Oil\n\nOil is kept in the cellar."))]
SOMEBODY = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def outer() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="lumen-private-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # Root's stand-in must pass through.
        yield Path(name)


@pytest.fixture
def log(outer: Path) -> Generator[Path]:
    """The log of a server that makes everything anew."""
    log = outer / "server.log"
    surroundings = {
        "PATH": os.defpath,
        "LUMEN_DATA_DIR": str(outer / "data"),
        "LUMEN_PORT": "0",
        "LANG": "C.UTF-8",
    }
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=CHECKOUT,
            env=surroundings,
            stdout=file,
            stderr=file,
            umask=0o000,
        ) as process,
    ):
        try:
            yield log
        finally:
            process.terminate()


async def test_whatever_is_kept_is_the_owners_alone(outer: Path, log: Path) -> None:
    await eventually(lambda: "Ctrl-C ends it" in log.read_text(), seconds=100)
    found = READY.search(log.read_text())
    assert found is not None, log.read_text()
    await _use(found[1])
    data = outer / "data"
    kept = {path: path.lstat().st_mode & 0o777 for path in data.rglob("*")}
    names = {path.relative_to(data).parts[0] for path in kept}
    assert names >= {"blobs", "models", "models.sock", "postgres", "secret.key", "serve.lock"}
    assert len([path for path in kept if path.is_relative_to(data / "blobs")]) >= 2
    # Root's stand-in runs a copy of the public program where it can't reach the original.
    program = data / "postgres-18"
    open_to_others = [
        f"{oct(mode)} {path.relative_to(data)}"
        for path, mode in kept.items()
        if mode & 0o077 and not path.is_relative_to(program) and not path.is_symlink()
    ]
    assert not open_to_others
    assert data.stat().st_mode & 0o777 == (0o710 if os.geteuid() == 0 else 0o700)
    if os.geteuid() == 0:
        assert data.group() == ROOTS_STAND_IN


async def _use(url: str) -> None:
    """Set it up and have it read a document."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        made = await client.post("/bootstrap/init", json={"superadmin": SOMEBODY})
        client.headers["Authorization"] = f"Bearer {made.json()['accessToken']}"
        project = (await client.post("/projects", json={"name": "P"})).json()["project"]["id"]
        sent = await client.post(f"/documents/projects/{project}", files=NOTE)
        document = sent.json()["documents"][0]["id"]

        async def read() -> bool | None:
            view = (await client.get(f"/documents/{document}")).json()["document"]
            return view["status"] == "ready" or None

        await eventually_async(read)
