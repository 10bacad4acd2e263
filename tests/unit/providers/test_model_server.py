import asyncio
import stat
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from providers.contract import Vectors
from providers.errors import EmbedderFailed
from providers.local.client import SocketEmbedder
from providers.local.embedder import LocalEmbedder
from providers.local.server import ModelServer


class Scripted:
    """An embedder whose passages wait for a word, and which notes the order of its work."""

    name, dimensions, max_tokens = "scripted", 2, 256

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[str] = []
        self.done: list[str] = []
        self.result: Vectors | None = None
        self.reached = asyncio.Event()

    async def embed_query(self, text: str) -> Vectors:
        self.asked.append(text)
        if text == "fail":
            raise EmbedderFailed("the model failed")
        self.done.append(text)
        return np.ones((1, 2), dtype=np.float32) if self.result is None else self.result

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(texts[0])
        self.reached.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.done.append(f"cancelled {texts[0]}")
            raise
        self.done.append(texts[0])
        return np.full((len(texts), 2), len(texts[0]), dtype=np.float32)


class Running:
    """A server that a test can kill and start again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._task: asyncio.Task[None] | None = None

    async def start(self, embedder: Scripted | LocalEmbedder) -> None:
        ready = asyncio.Event()
        server = ModelServer(embedder)
        self._task = asyncio.create_task(server.serve(self.path, ready=ready.set))
        await asyncio.wait_for(ready.wait(), 5)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = None


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Running]:
    running = Running(tmp_path / "models.sock")
    yield running
    await running.stop()


@pytest.fixture
async def connect(server: Running) -> AsyncGenerator[Callable[[], Awaitable[SocketEmbedder]]]:
    opened: list[SocketEmbedder] = []

    async def connect(patience: float = 5.0) -> SocketEmbedder:
        opened.append(await SocketEmbedder.connect(server.path, patience=patience))
        return opened[-1]

    yield connect
    for client in opened:
        await client.aclose()


Connect = Callable[..., Awaitable[SocketEmbedder]]


async def test_the_served_model_gives_the_same_vectors(
    server: Running, connect: Connect, embedder: LocalEmbedder
):
    await server.start(embedder)
    client = await connect()
    assert (client.name, client.dimensions, client.max_tokens) == (embedder.name, 384, 256)
    texts = ["rent", "a much longer passage about the tenant " * 9, ""] * 4
    assert np.allclose(
        await client.embed_passages(texts), await embedder.embed_passages(texts), atol=1e-5
    )
    assert (await client.embed_query("rent?")).shape == (1, 384)
    assert (await client.embed_passages([])).shape == (0, 384)


async def test_only_this_user_may_connect(server: Running):
    await server.start(Scripted())
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600


async def test_requests_share_a_connection_and_a_question_overtakes(
    server: Running, connect: Connect
):
    model = Scripted()
    await server.start(model)
    client = await connect()
    jobs = [asyncio.create_task(client.embed_passages([f"job {n}"])) for n in range(5)]
    await asyncio.wait_for(model.reached.wait(), 5)
    await asyncio.wait_for(client.embed_query("question"), 5)
    assert model.done == ["question"]
    model.go.set()
    await asyncio.gather(*jobs)
    assert sorted(model.done[1:]) == [f"job {n}" for n in range(5)]


async def test_a_server_killed_in_mid_request_is_asked_again_after_its_restart(
    server: Running, connect: Connect
):
    first, second = Scripted(), Scripted()
    await server.start(first)
    client = await connect()
    job = asyncio.create_task(client.embed_passages(["four", "x"]))
    await asyncio.wait_for(first.reached.wait(), 5)
    await server.stop()
    second.go.set()
    await server.start(second)
    assert (await asyncio.wait_for(job, 5)).tolist() == [[4, 4], [4, 4]]
    assert second.done == ["four"]


async def test_a_server_that_stays_away_is_an_error_after_a_bounded_time(
    server: Running, connect: Connect
):
    await server.start(Scripted())
    client = await connect(patience=0.2)
    await server.stop()
    with pytest.raises(EmbedderFailed, match="does not answer"):
        await asyncio.wait_for(client.embed_query("x"), 5)


async def test_nobody_there_from_the_start_is_an_error(tmp_path: Path):
    with pytest.raises(EmbedderFailed, match="does not answer"):
        await SocketEmbedder.connect(tmp_path / "nobody", patience=0.1)


@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((1, 3), dtype=np.float32),
        np.ones((3, 2), dtype=np.float32),
        np.full((1, 2), np.nan, dtype=np.float32),
    ],
)
async def test_unusable_vectors_are_an_error(server: Running, connect: Connect, vectors: Vectors):
    model = Scripted()
    model.result = vectors
    await server.start(model)
    client = await connect()
    with pytest.raises(EmbedderFailed):
        await client.embed_query("x")


async def test_a_model_failure_reaches_its_caller_alone(server: Running, connect: Connect):
    await server.start(Scripted())
    client = await connect()
    failed, fine = await asyncio.gather(
        client.embed_query("fail"), client.embed_query("fine"), return_exceptions=True
    )
    assert isinstance(failed, EmbedderFailed)
    assert isinstance(fine, np.ndarray)


async def test_a_restart_with_another_model_is_noticed(server: Running, connect: Connect):
    await server.start(Scripted())
    client = await connect()
    await server.stop()
    other = Scripted()
    other.name = "other"
    await server.start(other)
    with pytest.raises(EmbedderFailed, match="another model"):
        await client.embed_query("x")


async def test_a_cancelled_request_stops_its_work(server: Running, connect: Connect):
    model = Scripted()
    await server.start(model)
    client = await connect()
    job = asyncio.create_task(client.embed_passages(["job"]))
    await asyncio.wait_for(model.reached.wait(), 5)
    job.cancel()
    with suppress(asyncio.CancelledError):
        await job
    await client.embed_query("after")
    assert "cancelled job" in model.done


@pytest.mark.parametrize(
    "junk", [b"GET / HTTP/1.1\r\n\r\n", struct.pack(">II", 2**32 - 1, 4), b"\0" * 64]
)
async def test_a_client_that_talks_nonsense_is_let_go_and_others_are_served(
    server: Running, connect: Connect, junk: bytes
):
    await server.start(Scripted())
    reader, writer = await asyncio.open_unix_connection(str(server.path))
    writer.write(junk)
    assert await asyncio.wait_for(reader.read(1 << 20), 5)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert (await (await connect()).embed_query("x")).shape == (1, 2)


async def test_a_question_passes_many_jobs_on_the_same_connection(
    server: Running, connect: Connect
):
    model = Scripted()
    await server.start(model)
    client = await connect()
    jobs = [asyncio.create_task(client.embed_passages([f"{n}"])) for n in range(100)]
    await asyncio.wait_for(model.reached.wait(), 5)
    await asyncio.wait_for(client.embed_query("question"), 5)
    model.go.set()
    await asyncio.gather(*jobs)
    assert model.done[0] == "question"


async def test_a_client_that_floods_does_not_keep_others_waiting(server: Running, connect: Connect):
    model = Scripted()
    await server.start(model)
    greedy, modest = await connect(), await connect()
    flood = [asyncio.create_task(greedy.embed_passages([f"{n}"])) for n in range(200)]
    await asyncio.wait_for(model.reached.wait(), 5)
    await asyncio.wait_for(modest.embed_query("modest"), 5)
    assert len(model.asked) <= 33
    model.go.set()
    await asyncio.gather(*flood)
