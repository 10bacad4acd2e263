"""Stands in for a container host: runs the processes of compose.yaml's services without Docker."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture.checkout import ROOT
from tests.architecture.composition import Service
from tests.waiting import eventually

PATIENCE_S = 120
GRACE_S = 10
# The image's entrypoint; the checkout is what it was built from.
LUMEN = (sys.executable, "-m", "app")


@dataclass
class Host:
    """Processes under way, and where things are on this machine instead of in containers.

    Attributes:
        folder: For logs.
        places: Values that take the place of the composed ones: addresses, folders, sockets.
    """

    folder: Path
    places: dict[str, str]
    logs: dict[str, Path] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, service: Service, **places: str) -> dict[str, str]:
        """What compose would give to the process, with this host's places; nothing else."""
        given = service.environment({})
        here = {**self.places, **places}
        return {name: here.get(name, value) for name, value in given.items()}

    def run(self, service: Service, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command, or another one in its place, to the end."""
        return subprocess.run(
            [*LUMEN, *(words or service.command)],
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    def start(self, service: Service, *, name: str | None = None, **places: str) -> None:
        """Start a service's command and leave it running."""
        name = name or service.name
        self.begin(name, [*LUMEN, *service.command], self.environment(service, **places))

    def begin(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start a process, its output in a log."""
        self.logs[name] = self.folder / f"{name}.log"
        with self.logs[name].open("wb") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def wait(self, what: Callable[[], object]) -> None:
        """Return when the condition holds; fail when it never does, or a process has ended."""

        def so_far() -> object:
            for name, process in self.running.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
            return what()

        try:
            asyncio.run(eventually(so_far, seconds=PATIENCE_S))
        except TimeoutError:
            logs = "\n".join(f"== {name}\n{self.log(name)}" for name in self.logs)
            raise AssertionError(f"It did not happen.\n{logs}") from None

    def log(self, name: str) -> str:
        """The end of a process's log."""
        return self.logs[name].read_text(errors="replace")[-3000:]

    def stop(self, name: str) -> int:
        """Tell a process to end, as compose does; its exit status."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(
                f"{name} did not end within {GRACE_S} s:\n{self.log(name)}"
            ) from None


def passes(service: Service, replaced: dict[str, str]) -> bool:
    """Run a service's own health check, with this host's places in it."""
    kind, program, *words = service.definition["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    for old, new in replaced.items():
        words = [word.replace(old, new) for word in words]
    done = subprocess.run([sys.executable, *words], capture_output=True, check=False, timeout=30)
    return done.returncode == 0


def free_port() -> int:
    """A port of loopback that nobody has right now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
