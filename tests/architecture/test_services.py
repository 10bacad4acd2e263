"""The services of compose.yaml, run for real: their own commands, environments and health checks.

Postgres is the tests' own, the object store is moto's server, folders and ports are this test's;
everything else is what compose hands to the processes.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import httpx
import psycopg
import pytest
from botocore.config import Config

from app.db.embedded import EmbeddedPostgres
from tests.architecture.checkout import ROOT
from tests.architecture.composition import Service, services
from tests.architecture.host import Host, free_port, passes
from tests.architecture.test_compose import SECRETS

HOW_TO = ROOT / "runbooks" / "how-to" / "use-the-api.md"
REPORT = """# Offices

## Lisbon

The Lisbon office opened in 2019. 214 people work in the Lisbon office today, most in research.

## Turin

The Turin office is the workshop: prototypes are built and tested there by a team of nineteen.
"""
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def composed() -> dict[str, Service]:
    return services(SECRETS)


@pytest.fixture(scope="module")
def folder() -> Generator[Path]:
    """Short enough for a socket's path, which may have some hundred characters."""
    path = Path(tempfile.mkdtemp(prefix="lumen-host-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def store(folder: Path) -> Generator[str]:
    """The address of an S3 API with the bucket that `objects` makes."""
    host, port = Host(folder, {}), free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    host.begin("objects", command, {})
    url = f"http://127.0.0.1:{port}"
    host.wait(lambda: answers(f"{url}/moto-api/"))
    client = boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=SECRETS["S3_ACCESS_KEY"],
        aws_secret_access_key=SECRETS["S3_SECRET_KEY"],
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket="lumen")
    yield url
    host.stop("objects")


@pytest.fixture(scope="module")
def empty_database(server: EmbeddedPostgres) -> Generator[str]:
    """As `db` is at its first start: nothing in it."""
    name = f"composed_{uuid4().hex}"
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.conninfo(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def host(
    composed: dict[str, Service], folder: Path, store: str, empty_database: str, model_cache: Path
) -> Generator[Host]:
    """All services of Lumen's own, started in the order that `depends_on` gives; web twice."""
    ports = [free_port(), free_port()]
    places = {
        "DATABASE_URL": empty_database,
        "LUMEN_S3_ENDPOINT_URL": store,
        "LUMEN_MODELS_SOCKET": str(folder / "models.sock"),
        "LUMEN_DATA_DIR": str(folder / "data"),
        "LUMEN_HOST": "127.0.0.1",
        "LUMEN_LOG_FORMAT": "json",
    }
    host = Host(folder, places)
    # A model that was converted before need not be again.
    models = folder / "data" / "models"
    models.parent.mkdir()
    model_cache.mkdir(exist_ok=True)
    models.symlink_to(model_cache)
    with ExitStack() as stack:
        # What the Dockerfile does while the image is built.
        built = host.run(composed["models"], "models", "--prepare")
        assert built.returncode == 0, built.stderr
        assert any(models.glob("*/*.xml")), "the image would hold no converted model"
        migrated = host.run(composed["migrate"])
        assert migrated.returncode == 0, migrated.stderr
        socket_here = {"/run/lumen/models.sock": places["LUMEN_MODELS_SOCKET"]}
        assert not passes(composed["models"], socket_here)
        for name in ("models", "worker"):
            host.start(composed[name])
            stack.callback(ended_well, host, name)
        host.wait(Path(places["LUMEN_MODELS_SOCKET"]).exists)
        host.wait(lambda: passes(composed["models"], socket_here))
        for number, port in enumerate(ports, 1):
            host.places[f"web {number}"] = f"http://127.0.0.1:{port}"
            assert not passes(composed["web"], {":8000": f":{port}"})
            host.start(composed["web"], name=f"web {number}", LUMEN_PORT=str(port))
            stack.callback(ended_well, host, f"web {number}")
        for port in ports:
            host.wait(lambda port=port: answers(f"http://127.0.0.1:{port}/health/ready"))
            assert passes(composed["web"], {":8000": f":{port}"})
        yield host


def ended_well(host: Host, name: str) -> None:
    log = host.logs[name]
    assert host.stop(name) == 0, host.log(name)
    lines = log.read_text().splitlines()
    loud = [line for line in lines if '"level": "error"' in line or "Traceback" in line]
    assert not loud, "\n".join(loud)[-3000:]


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def told(host: Host, folder: Path) -> str:
    """What the how-to's program prints, run as a reader would run it."""
    (program,) = re.findall(r"^```python\n(.*?)^```", HOW_TO.read_text(), re.MULTILINE | re.DOTALL)
    program = program.replace("http://127.0.0.1:8000", host.places["web 1"])
    (folder / "ask.py").write_text(program)
    (folder / "report.md").write_text(REPORT)
    done = subprocess.run(
        [sys.executable, "ask.py"],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr + host.log("web 1") + host.log("worker")
    return done.stdout


def test_the_how_to_goes_from_nothing_to_a_cited_answer(told: str) -> None:
    assert told.startswith("report.md ready None\n")
    assert "214 people work in the Lisbon office" in told
    assert re.search(r"^\[1\] report\.md: .*214 people", told, re.MULTILINE)


def test_an_answer_made_in_one_web_process_is_read_from_the_other(host: Host, told: str) -> None:
    assert told
    ada = {"email": "ada@example.org", "password": "a long pass phrase of ada's"}
    streams: list[bytes] = []
    for name in ("web 1", "web 2"):
        with httpx.Client(base_url=host.places[name], timeout=30) as client:
            signed_in = client.post("/auth/login", json=ada).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {signed_in['accessToken']}"
            recent = client.get("/chat/recent").raise_for_status().json()["conversations"]
            path = f"/chat/conversations/{recent[0]['id']}"
            messages = client.get(path).raise_for_status().json()["conversation"]["messages"]
            answer: dict[str, Any] = messages[-1]
            assert answer["role"] == "assistant"
            streams.append(client.get(f"/chat/messages/{answer['id']}/stream?after=0").content)
    assert b"event: done" in streams[0]
    assert streams[0] == streams[1]


def test_the_uploaded_file_lies_in_the_object_store(host: Host, store: str, told: str) -> None:
    assert told
    assert urlsplit(store).hostname == "127.0.0.1"
    with psycopg.connect(host.places["DATABASE_URL"]) as connection:
        keys = connection.execute("SELECT blob_key FROM document").fetchall()
    client = boto3.client(
        "s3",
        endpoint_url=store,
        aws_access_key_id=SECRETS["S3_ACCESS_KEY"],
        aws_secret_access_key=SECRETS["S3_SECRET_KEY"],
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    stored = client.list_objects_v2(Bucket="lumen", Prefix="blobs/")["Contents"]
    assert [entry["Size"] for entry in stored] == [len(REPORT.encode())] * len(keys)
    assert len(keys) == 1


def test_migrating_again_changes_nothing(host: Host, composed: dict[str, Service]) -> None:
    again = host.run(composed["migrate"])
    assert again.returncode == 0, again.stderr
    assert "up to date" in again.stderr
