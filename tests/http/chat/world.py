"""A small world around the chat handlers: people, a project, passages, a model with a script."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from uuid_utils.compat import uuid7

from app.access.principal import Principal
from app.access.resolver import Access
from app.access.watch import CHANNEL, AccessWatch
from app.accounts.errors import Unauthenticated
from app.accounts.tables import User
from app.api.chat import ChatController
from app.api.messages import MessagesController
from app.api.problems import HANDLERS
from app.api.providers import ProvidersController
from app.catalog.catalog import Catalog
from app.chat.chat import Chat, ChatOptions
from app.chat.runs import RunOptions, Runs
from app.chat.web import Web
from app.db.engine import Database
from app.db.listener import Listener
from ingest.corpus.tables import Chunk, Document, Page, Project
from ingest.viewing import PageViewer
from providers.contract import ChatModel, ChatRequest, Completed, TextDelta, Usage
from providers.errors import EmbedderFailed, ModelUnknown, ProviderError
from retrieval.passage import Passage
from retrieval.search import SearchOutcome, SearchQuery
from retrieval.trace import SearchTrace
from tests.fixtures.site import NO_ROOTS

TEXT = "Net sales rose to 12 million in 2023. Costs fell by 4 percent. The weather was mild."


class ScriptedModel:
    """Gives deltas; waits for `go` before the one at `hold_before`; `error` ends it."""

    def __init__(self, *deltas: str, name: str = "test/scripted") -> None:
        self.deltas = list(deltas)
        self.name = name
        self.is_generative = False
        self.hold_before: int | None = None
        self.error: ProviderError | None = None
        self.go = asyncio.Event()
        self.closed = 0
        self.requests: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completed]:
        self.requests.append(request)
        try:
            for at, delta in enumerate(self.deltas):
                if at == self.hold_before:
                    await self.go.wait()
                yield TextDelta(delta)
                await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
            yield Completed("stop", Usage(11, 7))
        finally:
            self.closed += 1


@dataclass
class FixedSearch:
    """Finds the same passages for every question of a project."""

    found: dict[UUID, list[Passage]] = field(default_factory=dict)
    queries: list[SearchQuery] = field(default_factory=list)
    trace: SearchTrace | None = None
    error: EmbedderFailed | None = None

    async def passages(self, query: SearchQuery) -> SearchOutcome:
        self.queries.append(query)
        if self.error is not None:
            raise self.error
        passages = self.found.get(query.project_id, [])
        return SearchOutcome(passages, relevant=bool(passages), trace=self.trace)


class Models:
    def __init__(self, model: ChatModel) -> None:
        self.one = model

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        del project
        if requested not in {None, self.one.name}:
            raise ModelUnknown("no enabled provider offers the requested model")
        return self.one


class NoPictures(PageViewer):
    """Draws nothing: what stands on a page is the ingest's own matter."""

    def __init__(self) -> None:
        """Without a store."""

    async def rects(self, *_: Any, **__: Any) -> list[Any]:
        return []


@dataclass
class World:
    """All parts, and clients for the people in it."""

    database: Database
    chat: Chat
    runs: Runs
    model: ScriptedModel
    search: FixedSearch
    url: str
    ada: User
    eve: User
    project: Project
    closed: Project
    document: Document
    foreign: Document
    chunk: Chunk
    watch: AccessWatch
    models: Models

    def client(self, user: User | None = None) -> httpx.AsyncClient:
        who = user or self.ada
        return httpx.AsyncClient(
            base_url=self.url,
            headers={"x-user": str(who.id)},
            timeout=15,
            trust_env=False,
            verify=NO_ROOTS,
        )

    async def ask(self, client: httpx.AsyncClient, message: str = "Sales?", **body: Any) -> "Heard":
        response = await client.post(
            f"/chat/projects/{self.project.id}",
            json={"message": message, **{k: v for k, v in body.items() if k != "headers"}},
            headers=body.get("headers", {}),
        )
        return Heard(response)


class Heard:
    """A whole stream, read the way a browser reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.raw = response.content
        is_stream = response.headers["content-type"].startswith("text/event-stream")
        self.events = read_events(self.raw) if is_stream else []

    def one(self, name: str) -> Any:
        (found,) = [data for kind, _, data in self.events if kind == name]
        return found

    @property
    def text(self) -> str:
        return "".join(data["delta"] for name, _, data in self.events if name == "text")

    @property
    def message_id(self) -> str:
        return self.one("meta")["messageId"]


def read_events(raw: bytes) -> list[tuple[str, int, Any]]:
    events: list[tuple[str, int, Any]] = []
    for block in raw.decode().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.split("\n") if line[:1] not in {"", ":"}
        )
        if fields:
            events.append((fields["event"], int(fields["id"]), json.loads(fields["data"])))
    return events


@asynccontextmanager
async def serve(app: Any) -> AsyncGenerator[str]:
    """A real server on loopback for one application."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - the server offers no event
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    await task


@asynccontextmanager
async def build_world(
    database: Database, catalog: Catalog | None = None, *, web: Web | None = None
) -> AsyncGenerator[World]:
    async with _watching(database) as watch, _world(database, catalog, watch, web) as world:
        yield world


@asynccontextmanager
async def _watching(database: Database) -> AsyncGenerator[AccessWatch]:
    listener = Listener(database.conninfo, CHANNEL)
    listener.start()
    watch = AccessWatch(database.transaction, listener)
    watch.start()
    yield watch
    await watch.close()
    await listener.close()


@asynccontextmanager
async def _world(
    database: Database, catalog: Catalog | None, watch: AccessWatch, web: Web | None
) -> AsyncGenerator[World]:
    ada, eve, project, closed, document, foreign, chunk = await _rows(database)
    runs = Runs(database.transaction, database.conninfo, RunOptions(beat_s=0.2))
    await runs.open()
    model = ScriptedModel("Net sales rose to 12 million in 2023 [", "1]. ", "Costs fell [9].")
    models = Models(model)
    search = FixedSearch({project.id: [_passage(document, chunk)]})
    chat = Chat(
        database.transaction,
        runs=runs,
        search=search,
        models=catalog or models,
        watch=watch,
        options=ChatOptions(web=web),
    )

    given = {
        "access": Access(database.session),
        "database": database,
        "chat": chat,
        "viewer": NoPictures(),
        "catalog": catalog,
        "watch": watch,
    }
    app = Litestar(
        [ChatController, MessagesController, ProvidersController],
        dependencies={"principal": Provide(_principal_among(ada, eve))}
        | {name: _provide(value) for name, value in given.items()},
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    async with serve(app) as url:
        yield World(
            database, chat, runs, model, search, url, ada, eve, project, closed, document, foreign,
            chunk, watch, models,
        )  # fmt: skip
        model.go.set()
        await runs.close()


def _principal_among(*users: User) -> Callable[..., Awaitable[Principal]]:
    people = {str(user.id): user for user in users}

    async def principal(request: Request[Any, Any, State]) -> Principal:
        user = people.get(request.headers.get("x-user", ""))
        if user is None:
            raise Unauthenticated("Sign in to go on.")
        return Principal(user, None)

    return principal


def _provide(value: object) -> Provide:
    def provide() -> Any:
        return value

    return Provide(provide, sync_to_thread=False)


def _passage(document: Document, chunk: Chunk) -> Passage:
    return Passage(
        chunk_id=chunk.id,
        document_id=document.id,
        document_name=document.name,
        document_version=1,
        page_number=1,
        start=chunk.start,
        end=chunk.end,
        heading="",
        text=chunk.text,
        score=0.75,
        token_count=20,
    )


async def _rows(database: Database) -> tuple[Any, ...]:
    ada = User(email="ada@example.org", name="Ada", password_hash="-", platform_role="superadmin")
    eve = User(email="eve@example.org", name="Eve", password_hash="-")
    project = Project(name="Reports", owner_id=ada.id, is_private=False)
    closed = Project(name="Secrets", owner_id=ada.id)
    document, foreign = (
        Document(
            project_id=home.id,
            name=f"{home.name}.txt",
            mime_type="text/plain",
            size_bytes=len(TEXT),
            sha256=f"{uuid7().hex:0>64}",
            blob_key="-",
            ready_version=1,
            status="ready",
            paged=True,
        )
        for home in (project, closed)
    )
    page = Page(document_id=document.id, number=1, start=0, end=len(TEXT), text=TEXT)
    chunk = Chunk(
        project_id=project.id,
        document_id=document.id,
        ordinal=0,
        page_number=1,
        start=0,
        end=62,
        text=TEXT[:62],
        token_count=20,
    )
    rows: Sequence[Sequence[Any]] = (
        [ada, eve], [project, closed], [document, foreign], [page, chunk],
    )  # fmt: skip
    async with database.transaction() as session:
        for group in rows:
            session.add_all(group)
            await session.flush()
    return ada, eve, project, closed, document, foreign, chunk
