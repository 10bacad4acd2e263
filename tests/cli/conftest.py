"""The command as people run it: a process with a data folder of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from providers.local.embedder import LocalEmbedder

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Terminal:
    """Where commands run.

    Attributes:
        folder: For files.
        data: The data folder.
    """

    folder: Path
    data: Path

    def start(self, *words: str | Path, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *map(str, words)],
            cwd=CHECKOUT,
            # Nothing else: what is set for a server must not reach these.
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "LUMEN_DATA_DIR": str(self.data),
                **settings,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        with self.start(*words, **settings) as process:
            out, err = process.communicate(timeout=100)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def invoke(self, *words: str | Path) -> Result:
        """Run a command in this process: for what ends before anything is opened."""
        runner = CliRunner(env={"LUMEN_DATA_DIR": str(self.data)})
        mask = os.umask(0o022)
        try:
            return runner.invoke(main, list(map(str, words)))
        finally:
            os.umask(mask)  # The command has set its own.

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def postmaster(self, cluster: str) -> Path:
        """The file that exists while the cluster's server runs."""
        return self.data / cluster / "postgres" / "postmaster.pid"


@pytest.fixture(scope="module")
def terminal(embedder: LocalEmbedder, model_cache: Path) -> Generator[Terminal]:
    """One data folder for a module's tests: its cluster is made once."""
    del embedder  # By now the cache holds the converted model.
    with tempfile.TemporaryDirectory(prefix="lumen-cli-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # Root's stand-in must pass through.
        data = folder / "data"
        data.mkdir(mode=0o700)
        (data / "models").symlink_to(model_cache)
        yield Terminal(folder, data)
