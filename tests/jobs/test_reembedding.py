"""The embedding model changes while people search, upload, and pull plugs."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from app.bootstrap.other_models import opener, spec_of
from app.bootstrap.spaces import OpenSpaces, _Other
from app.settings import Settings
from ingest.corpus import spaces
from ingest.corpus.tables import Chunk, ChunkVector, VectorSpace
from ingest.embedding import EmbeddingOptions
from ingest.reembedding import Reembedding, ReembeddingOptions
from providers.contract import Embedder, TokenCounter, Vectors
from providers.errors import EmbedderFailed
from providers.local.client import SocketEmbedder
from providers.local.embedder import LocalEmbedder, open_embedder
from providers.local.frames import Want
from providers.local.server import serve_models
from retrieval.search import Search, SearchQuery
from tests.evaluation.corpus import Shelf
from tests.fixtures.tiny_models import tiny_models
from tests.jobs.conftest import House
from tests.upstreams.vector_server import VectorServer, vector_upstream
from tests.waiting import eventually, eventually_async

__all__ = ["tiny_models", "vector_upstream"]

ROOT = Path(__file__).resolve().parents[2]
SMALL = ReembeddingOptions(
    chunks=4, yielding=0.0, grace=timedelta(0), embedding=EmbeddingOptions(attempts=1)
)
LAMPS = [
    f"# Night {night}\n\nThe keeper of lamp {night} wrote of many ships that passed. ".encode()
    + b"The wind came from the west that night and the oil burned low. " * 30
    for night in range(4)
]


class Watched:
    """A model that counts what it reads and can be held up or broken."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name, self.dimensions, self.max_tokens = model.name, model.dimensions, model.max_tokens
        self.read: Counter[str] = Counter()
        self.holds_after: int | None = None
        self.held = asyncio.Event()
        self.go = asyncio.Event()
        self.broken = False
        self.tries = 0
        self.before: Callable[[], object] | None = None

    async def embed_query(self, text: str) -> Vectors:
        return await self._model.embed_query(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.holds_after is not None and len(self.read) >= self.holds_after:
            self.held.set()
            await self.go.wait()
        self.tries += 1
        if self.broken:
            raise EmbedderFailed("the plug is out")
        self.read.update(texts)
        return await self._model.embed_passages(texts)


async def nothing(name: str, dimensions: int) -> None:
    assert name
    assert dimensions


def reembedding(house: House, opened: spaces.Spaces) -> Reembedding:
    database = house.database
    return Reembedding(database.transaction, database.autocommit, opened, nothing, SMALL)


async def states(house: House) -> dict[str, str]:
    async with house.database.session() as session:
        return {space.name: space.state for space in (await session.exec(select(VectorSpace)))}


async def choose(house: House, model: Embedder, spec: dict[str, object] | None = None) -> None:
    async with house.database.transaction() as session:
        await spaces.choose(session, model.name, model.dimensions, spec or {"kind": "given"})


@asynccontextmanager
async def known(
    house: House, model: Embedder, settings: Settings | None = None
) -> AsyncGenerator[OpenSpaces]:
    """A process' view of the spaces."""

    async def none_other(space: VectorSpace, stack: AsyncExitStack) -> Embedder:
        del stack
        raise EmbedderFailed(f"{space.name} is nowhere")

    open_model = opener(settings) if settings else none_other
    opened = OpenSpaces(house.database.transaction, model, open_model)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def models_process(socket: Path, model: Path, cache: Path) -> AsyncGenerator[SocketEmbedder]:
    ready = asyncio.Event()
    serving = asyncio.create_task(serve_models(socket, str(model), cache, ready=ready.set))
    await asyncio.wait_for(ready.wait(), 100)
    client = await SocketEmbedder.connect(socket)
    try:
        yield client
    finally:
        await client.aclose()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


class Searchers:
    """People who search all the time, and must always find by meaning."""

    def __init__(self, house: House, search: Search, opened: OpenSpaces) -> None:
        self._house, self._search, self._opened = house, search, opened
        self.seen: Counter[str] = Counter()
        self._stop = asyncio.Event()

    async def _go_on(self) -> None:
        query = SearchQuery(self._house.project_id, "the lamp's keeper")
        while not self._stop.is_set():
            found = await self._search.passages(query)
            assert found.evidence.similarity > 0, "no hit by meaning"
            assert found.passages
            self.seen[(await self._opened.active()).name] += 1
            await asyncio.sleep(0)

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self._go_on()) for _ in range(3)]
        yield
        self._stop.set()
        await asyncio.gather(*tasks)

    async def find(self, word: str) -> bool:
        hits = await self._search.ranked(SearchQuery(self._house.project_id, word, limit=3))
        return any(word in hit.text and hit.ranks.dense is not None for hit in hits)


async def read_with(house: House, model: Embedder, settings: Settings) -> None:
    """Lamps, with their vectors of this model."""
    await choose(house, model, dict(spec_of(settings, model.name)))
    async with known(house, model) as opened:
        house.pipeline._embedder = model
        house.pipeline.follow(opened)
        for number, lamp in enumerate(LAMPS):
            assert (await house.read(f"{number}.md", lamp)).status == "ready"


async def embedders_of_vectors(house: House) -> dict[UUID, set[str]]:
    """By chunk."""
    async with house.database.session() as session:
        found = {chunk: set[str]() for chunk in await session.exec(select(Chunk.id))}
        for vector in await session.exec(select(ChunkVector)):
            found[vector.chunk_id].add(vector.embedder)
    return found


async def test_searches_go_over_to_another_model_without_a_moment_of_blindness(
    house: House, tiny_models: tuple[Path, Path], model_cache: Path, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, embedding_model=str(tiny_models[0]))  # pyright: ignore[reportCallIssue]
    with open_embedder(settings.embedding_model, model_cache) as model:
        old = model.name
        await read_with(house, model, settings)

    async with (
        models_process(settings.models_socket_path, tiny_models[1], model_cache) as new,
        known(house, new, settings) as opened,
        known(house, watched := Watched(new), settings) as filling,
    ):
        await choose(house, new)
        watched.holds_after = 4
        people = Searchers(house, Search(house.database.transaction, new, spaces=opened), opened)
        async with people.at_work():
            fill = asyncio.create_task(reembedding(house, filling).go_on())
            await asyncio.wait_for(watched.held.wait(), 60)
            house.pipeline._embedder = new
            house.pipeline.follow(opened)
            await house.read("between.md", b"# Zebra\n\nA zebra came by in between.")
            assert await people.find("zebra")
            assert await states(house) == {old: "active", new.name: "filling"}
            watched.go.set()
            await asyncio.wait_for(fill, 60)
            await eventually(lambda: people.seen[new.name] > 20)
        assert people.seen[old] > 0
        assert await people.find("zebra")
        assert not any("zebra" in text for text in watched.read), "it had its vector already"
        # The grace is over: what is left of the old space goes.
        await reembedding(house, opened).go_on()
        assert await states(house) == {new.name: "active"}
        assert all(names == {new.name} for names in (await embedders_of_vectors(house)).values())


async def test_a_worker_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    house: House, embedder: LocalEmbedder, vector_upstream: VectorServer, tmp_path: Path
) -> None:
    await choose(house, embedder)
    shelf = Shelf(house.database.transaction, embedder)
    texts = [f"Lamp {number} burns." for number in range(300)]
    await shelf.add(await shelf.project(), "lamps.txt", " ".join(texts), chunks=texts)
    vector_upstream.faults = ["", "", "", "stall"]
    environment = {
        "PATH": "",
        "DATABASE_URL": house.database.conninfo,
        "LUMEN_DATA_DIR": str(tmp_path),
        "LUMEN_SECRET_KEY": "s" * 32,
        "LUMEN_PRIVATE_PROVIDERS": "true",
        "LUMEN_EMBEDDING_URL": vector_upstream.root,
        "LUMEN_EMBEDDING_PROTOCOL": "tei",
        "LUMEN_EMBEDDING_MODEL": "words",
        "LUMEN_EMBEDDING_DIMENSIONS": "16",
    }

    async def worker() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "worker", env=environment, cwd=ROOT
        )

    first = await worker()
    await eventually(lambda: len(vector_upstream.requests) == 4, seconds=60)
    first.kill()
    await first.wait()
    placed = set(vector_upstream.embedded[:128])
    assert (await states(house))["endpoint/words@16"] == "filling"

    second = await worker()
    try:

        async def is_active() -> bool:
            return (await states(house))["endpoint/words@16"] == "active"

        await eventually_async(is_active, seconds=60)
    finally:
        second.terminate()
        await second.wait()
    assert set(vector_upstream.embedded) == set(texts)
    again = [text for text, times in Counter(vector_upstream.embedded).items() if times > 1]
    assert not placed & set(again), "what was stored is not read again"
    async with house.database.session() as session:
        assert await spaces.counted(session, "endpoint/words@16") == (300, 300)


async def test_a_model_that_fails_pauses_the_filling_and_says_so(
    house: House, embedder: LocalEmbedder
) -> None:
    new = Watched(_Renamed(embedder, "new"))
    await choose(house, embedder)
    await house.read("lamp.md", LAMPS[0])
    await choose(house, new)
    async with known(house, new) as opened:
        work = reembedding(house, opened)
        new.broken = True
        await work.go_on()
        async with house.database.session() as session:
            active, following = await spaces.in_use(session)
            assert (following.name, active.name) == ("new", embedder.name)
            assert following.error is not None
            assert "the plug is out" in following.error
        house.pipeline.follow(opened)
        opened._others[embedder.name] = _Other(embedder)
        tries = new.tries
        assert (await house.read("second.md", LAMPS[1])).status == "ready"
        assert new.tries == tries, "documents do not wait for a model that is known to fail"
        new.broken = False
        await work.go_on()
    assert (await states(house))["new"] == "active"


async def test_one_that_changes_his_mind_keeps_what_he_had(
    house: House, embedder: LocalEmbedder
) -> None:
    new = Watched(_Renamed(embedder, "new"))
    await choose(house, embedder)
    await house.read("lamp.md", LAMPS[0])
    await choose(house, new)
    new.holds_after = 0
    async with known(house, new) as opened, known(house, embedder) as back:
        fill = asyncio.create_task(reembedding(house, opened).go_on())
        await asyncio.wait_for(new.held.wait(), 20)
        await choose(house, embedder)
        assert await states(house) == {embedder.name: "active", "new": "retired"}
        new.go.set()
        await asyncio.wait_for(fill, 20)
        await reembedding(house, back).go_on()
    assert await states(house) == {embedder.name: "active"}


async def test_a_document_stored_just_after_the_change_has_vectors_of_the_new_model(
    house: House, embedder: LocalEmbedder
) -> None:
    await choose(house, embedder)
    new = _Renamed(embedder, "new")
    async with known(house, embedder) as before, known(house, new) as after:

        class Slow(Watched):
            async def embed_passages(self, texts: Sequence[str]) -> Vectors:
                vectors = await super().embed_passages(texts)
                if self.before is None:
                    self.before = print
                    await choose(house, new)
                    await reembedding(house, after).go_on()
                return vectors

        house.pipeline.follow(before)
        before._configured = Slow(embedder)

        async def open_new(space: VectorSpace, stack: AsyncExitStack) -> Embedder:
            del space, stack
            return new

        before._open_model = open_new
        document = await house.read("lamp.md", LAMPS[0])
        assert document.status == "ready"
        async with house.database.session() as session:
            names = {row.embedder for row in await session.exec(select(ChunkVector))}
            assert "new" in names
            assert not await spaces.missing(session, "new", spaces.FIRST, 10)


async def test_two_workers_do_not_fill_at_once(house: House, embedder: LocalEmbedder) -> None:
    new = Watched(_Renamed(embedder, "new"))
    await choose(house, embedder)
    await house.read("lamp.md", LAMPS[0])
    await choose(house, new)
    new.holds_after = 0
    async with known(house, new) as opened:
        first = asyncio.create_task(reembedding(house, opened).go_on())
        await asyncio.wait_for(new.held.wait(), 20)
        await reembedding(house, opened).go_on()
        assert (await states(house))["new"] == "filling"
        new.go.set()
        await first
    assert new.read.total() == len(await embedders_of_vectors(house))


async def test_an_old_model_that_is_gone_leaves_search_by_words_and_is_named(
    house: House, embedder: LocalEmbedder, token_counter: TokenCounter
) -> None:
    old, new = _Renamed(embedder, "gone"), embedder
    await choose(house, old)
    async with known(house, old) as opened:
        house.pipeline.follow(opened)
        await house.read("lamp.md", b"# Zebra\n\nThe zebra crossed the yard at dusk.")
    await choose(house, new)
    async with known(house, new) as opened:
        search = Search(house.database.transaction, new, counter=token_counter, spaces=opened)
        found = await search.passages(SearchQuery(house.project_id, "the zebra at dusk"))
        assert found.relevant
        assert found.passages[0].ranks.dense is None
        async with house.database.session() as session:
            active, _ = await spaces.in_use(session)
            assert active.error is not None
            assert "can't be reached" in active.error
        await reembedding(house, opened).go_on()
        found = await search.passages(SearchQuery(house.project_id, "the zebra at dusk"))
        assert found.passages[0].ranks.dense is not None


async def test_the_models_process_serves_another_model_while_it_is_wanted(
    tiny_models: tuple[Path, Path], model_cache: Path, tmp_path: Path
) -> None:
    old, new = tiny_models
    path = tmp_path / "models.sock"
    async with models_process(path, new, model_cache) as served:
        other = await SocketEmbedder.connect(path, want=Want(str(old)))
        assert (other.dimensions, served.dimensions) == (32, 48)
        with open_embedder(str(old), model_cache) as itself:
            assert other.name == itself.name
            asked = await asyncio.gather(other.embed_query("lamp"), served.embed_query("lamp"))
            assert [vectors.shape for vectors in asked] == [(1, 32), (1, 48)]
            prompted = await SocketEmbedder.connect(path, want=Want(str(old), None, "text: "))
            assert prompted.name.startswith(f"{itself.name}+")
            await prompted.aclose()
            assert float((asked[0] @ (await itself.embed_query("lamp")).T)[0, 0]) > 0.999
        await other.aclose()
        with pytest.raises(EmbedderFailed, match="on this machine"):
            await SocketEmbedder.connect(path, want=Want("nobody/nothing"), patience=1)
        assert (await served.embed_query("lamp")).shape == (1, 48)


class _Renamed:
    """The same model under another name."""

    def __init__(self, model: Embedder, name: str) -> None:
        self._model, self.name = model, name
        self.dimensions, self.max_tokens = model.dimensions, model.max_tokens

    async def embed_query(self, text: str) -> Vectors:
        return await self._model.embed_query(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return await self._model.embed_passages(texts)
