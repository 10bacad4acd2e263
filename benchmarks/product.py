"""The product as people run it, started for one measurement in a folder of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

import httpx
import psutil

from app.db.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 180.0
END_TIMEOUT_S = 30.0
POLL_S = 0.01
LOOK_S = 0.25  # Between two looks at documents: each costs the product 10 ms of processor.
OWN_SETTINGS = ("LUMEN_", "DATABASE_URL", "TAVILY_")
RENT = b"The rent is due on Monday. It is paid to the landlord by bank transfer, every month."
OWNER = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}


@dataclass
class Product:
    """A running server.

    Attributes:
        folder: Its data folder.
        port: Where it listens on loopback.
        supervisor: The process that was started.
        ready_s: Seconds from the start to the first 200 of `/health/ready`.
    """

    folder: Path
    port: int
    supervisor: subprocess.Popen[bytes]
    ready_s: float

    @property
    def conninfo(self) -> str:
        """Where its database is; a libpq URL."""
        return EmbeddedPostgres(self.folder).conninfo()

    def processes(self) -> list[tuple[str, psutil.Process]]:
        """Every process with its part: supervisor, models, web, worker, parser, postgres."""
        roots = [self.supervisor.pid, EmbeddedPostgres(self.folder).running_pid()]
        found = [psutil.Process(pid) for pid in roots if pid is not None]
        found += [child for root in found for child in root.children(recursive=True)]
        return [(_part(process), process) for process in found]

    def processor_seconds(self) -> Counter[str]:
        """Spent so far, by part; a worker's children that have ended count as parsers."""
        spent: Counter[str] = Counter()
        for part, process in self.processes():
            times = process.cpu_times()
            spent[part] += times.user + times.system
            if part == "worker":
                spent["parser"] += times.children_user + times.children_system
        return spent

    @contextmanager
    def signed_in(self) -> Generator[httpx.Client]:
        """Set the server up; its first person's client."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=120) as client:
            answer = client.post("/bootstrap/init", json={"superadmin": OWNER})
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"
            yield client

    def end(self) -> float:
        """Interrupt it as Ctrl-C does; seconds until the last of its processes was gone.

        Raises:
            TimeoutError: Some did not end; they are killed.
        """
        everything = [process for _, process in self.processes()]
        began = perf_counter()
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
        while left := [process for process in everything if _lives(process)]:
            self.supervisor.poll()
            if perf_counter() - began > END_TIMEOUT_S:
                for process in left:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                raise TimeoutError(f"{len(left)} processes did not end")
            sleep(POLL_S)
        self.supervisor.wait()
        return perf_counter() - began


@contextmanager
def data_folder() -> Generator[Path]:
    """A folder that is deleted behind the block; where this is root, Postgres' user passes."""
    with tempfile.TemporaryDirectory(prefix="lumen-bench-") as name:
        Path(name).chmod(0o711)
        yield Path(name) / "data"


def start(folder: Path) -> Product:
    """Run `python -m app serve` until it says that it is ready.

    Raises:
        RuntimeError: It ended instead, or took too long; the message holds the end of its log.
    """
    port = _free_port()
    settings = {name: value for name, value in os.environ.items() if _foreign(name)}
    settings |= {"LUMEN_DATA_DIR": str(folder), "LUMEN_PORT": str(port)}
    log = folder.with_suffix(".log")
    began = perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT, env=settings, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    while not _ready(port):
        if process.poll() is not None or perf_counter() - began > START_TIMEOUT_S:
            Product(folder, port, process, 0).end()
            raise RuntimeError(f"It did not start:\n{log.read_text()[-2000:]}")
        sleep(POLL_S)
    return Product(folder, port, process, perf_counter() - began)


@contextmanager
def running(folder: Path | None = None) -> Generator[Product]:
    """Start the product, and end it behind the block."""
    if folder is None:
        with data_folder() as fresh, running(fresh) as product:
            yield product
        return
    product = start(folder)
    try:
        yield product
    finally:
        product.end()


def samples(folder: str) -> Path:
    """A folder of the sample documents, beside the checkout or further up.

    Raises:
        SystemExit: They are not there.
    """
    for parent in ROOT.parents:
        found = parent / "shared" / "data" / folder
        if found.is_dir():
            return found
    raise SystemExit(f"The sample documents ({folder}) are not beside this checkout.")


def upload(client: httpx.Client, project: str, paths: Sequence[Path]) -> list[str]:
    """Upload files in one request; the documents' ids."""
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    answer = client.post(f"/documents/projects/{project}", files=files)
    answer.raise_for_status()
    return [document["id"] for document in answer.json()["documents"]]


def new_project(client: httpx.Client) -> str:
    """Make a project; its id."""
    answer = client.post("/projects", json={"name": "Measured"})
    answer.raise_for_status()
    return answer.json()["project"]["id"]


def answered_by(client: httpx.Client, port: int, models: Sequence[str]) -> None:
    """Let the upstream on this port answer by default, with these models."""
    provider = {
        "name": "Upstream", "slug": "upstream", "type": "openai", "apiKey": "k",
        "baseUrl": f"http://127.0.0.1:{port}/v1", "models": [*models], "isDefault": True,
    }  # fmt: skip
    client.post("/providers", json=provider).raise_for_status()


def project_about_rent(client: httpx.Client) -> str:
    """A project with one short text that is read; its id."""
    project = new_project(client)
    files = [("files", ("rent.txt", RENT))]
    client.post(f"/documents/projects/{project}", files=files).raise_for_status()
    read_by_all(client, project)
    return project


def read_by_all(client: httpx.Client, project: str) -> list[dict[str, object]]:
    """Wait until every document of a project can be asked about, and return them.

    Raises:
        RuntimeError: One failed.
    """
    while True:
        answer = client.get(f"/documents/projects/{project}", params={"limit": 200})
        documents = answer.raise_for_status().json()["documents"]
        states = {document["status"] for document in documents}
        if "failed" in states:
            raise RuntimeError(json.dumps(documents))
        if states == {"ready"}:
            return documents
        sleep(LOOK_S)


def _foreign(name: str) -> bool:
    return not name.startswith(OWN_SETTINGS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _part(process: psutil.Process) -> str:
    if process.name().startswith("postgres"):
        return "postgres"
    words = process.cmdline()
    if "ingest.sandbox_child" in words:
        return "parser"
    command = words[words.index("app") + 1] if "app" in words else process.name()
    return "supervisor" if command == "serve" else command
