"""A whole Lumen in one process, on a database of its own: for commands of the terminal."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select

from app.access.watch import Unwatched
from app.accounts import store as people
from app.accounts.tables import User
from app.bootstrap.parts import Models, blob_store, open_database
from app.bootstrap.reranking import open_reranker
from app.bootstrap.worker import open_worker
from app.chat.chat import Chat, ChatOptions
from app.chat.runs import RunOptions, Runs
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from app.settings import Settings
from ingest.corpus.tables import Document, DocumentStatus, Project
from ingest.intake import Intake, Received, Upload
from providers.contract import ChatModel, Embedder
from providers.extractive import ExtractiveAnswerer
from providers.local.embedder import LocalEmbedder, open_counter, open_embedder
from providers.local.tokenizer import ModelTokenCounter
from retrieval.search import Search, SearchOptions

OWNER = "terminal@localhost"
NO_HASH = "!"  # Argon2 never gives this: nobody signs in as the terminal.
LOOK_AGAIN_S = 0.1
PATIENCE_S = 60.0
FINISHED = frozenset({DocumentStatus.READY, DocumentStatus.FAILED})
THROWAWAY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
}
"""Settings of a database that is deleted in the end: a crash costs nothing but a new start."""

_Result = TypeVar("_Result")


class WorkbenchBusy(Exception):
    """Another process holds the folder; the text says what to do."""


class WorkerEnded(Exception):
    """The worker ended while documents were waiting for it."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Offers one model, whatever is asked for: the built-in answerer."""

    answerer: ChatModel

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        """The built-in answerer."""
        del requested, project
        return self.answerer


@dataclass(frozen=True, slots=True)
class Workbench:
    """The parts of an open workbench, and what a command does with them.

    Attributes:
        reranked: The search with the reranker that is set, however long that takes; None where
            none is, or it was not asked for.
        model: Embeds; `embedder` is its name.
        answerer: Quotes.
        owner: Whose projects and questions these are; nobody can sign in as them.
        worker: Reads documents for as long as the workbench is open.
    """

    database: Database
    intake: Intake
    search: Search
    reranked: Search | None
    chat: Chat
    model: Embedder
    answerer: ChatModel
    owner: User
    worker: asyncio.Task[None]

    @property
    def embedder(self) -> str:
        """Name of the embedding model."""
        return self.model.name

    async def project(self, name: str) -> Project:
        """The project of this name, made where there is none.

        Vectors of two models can't be compared, so each embedding model has a project of its own.
        """
        query = select(Project).where(
            Project.owner_id == self.owner.id,
            Project.name == name,
            Project.description == self.embedder,
        )
        async with self.database.transaction() as session:
            project = (await session.exec(query)).first()
            if project is None:
                project = Project(name=name, description=self.embedder, owner_id=self.owner.id)
                session.add(project)
        return project

    async def receive(self, project: Project, name: str, content: AsyncIterator[bytes]) -> Received:
        """Take one file in; one that failed before is read again.

        Raises:
            UploadRefused: It is not taken in.
        """
        # Files of one name from different folders are different files.
        upload = Upload(name, content, project.id, self.owner.id, is_apart=True)
        received = await self.intake.receive(upload)
        if received.document.status != DocumentStatus.FAILED:
            return received
        return Received(await self.intake.retry(project.id, received.document.id), duplicate=False)

    async def reading(
        self, project: Project, document_ids: Sequence[UUID]
    ) -> AsyncGenerator[Sequence[Document]]:
        """Yield the documents as they are, again and again until all are ready or failed.

        Raises:
            WorkerEnded: Nobody reads them any more.
        """
        query = (
            select(Document)
            .where(Document.project_id == project.id, col(Document.id).in_(document_ids))
            .order_by(col(Document.id))
        )
        while True:
            async with self.database.session() as session:
                documents = (await session.exec(query)).all()
            yield documents
            if all(document.status in FINISHED for document in documents):
                return
            await asyncio.wait([self.worker], timeout=LOOK_AGAIN_S)
            if self.worker.done():
                raise WorkerEnded("The worker ended before every file was read.")


@asynccontextmanager
async def open_workbench(
    settings: Settings, folder: Path, *, throwaway: bool = False, reranks: bool = False
) -> AsyncGenerator[Workbench]:
    """Start a database in `folder`, the embedding model and a worker; all end with the block.

    Args:
        settings: What is set; its data folder holds `folder` and the converted models.
        folder: Keeps the database and the files; a folder inside the data folder.
        throwaway: Begin with an empty folder, and delete it in the end.
        reranks: Load the reranker that is set, which takes seconds.

    Raises:
        WorkbenchBusy: Another process holds the folder.
        DatabaseError: The database did not start.
        EmbedderFailed: The model cannot be loaded.
    """
    inner = settings.model_copy(update={"data_dir": folder, "database_url": None, "blob_url": None})
    async with AsyncExitStack() as stack:
        stack.enter_context(_held(folder))
        # The model loads while Postgres starts.
        loading = asyncio.create_task(asyncio.to_thread(_load, settings))
        stack.push_async_callback(_unload, loading)
        await stack.enter_async_context(_running(folder, throwaway=throwaway))
        embedder, counter = await asyncio.shield(loading)
        database = await open_database(inner, stack, "lumen-workbench")
        worker = await stack.enter_async_context(_working(inner, Models(embedder, counter)))
        runs = Runs(
            database.transaction, database.conninfo, RunOptions(limit_s=inner.max_answer_seconds)
        )
        await runs.open()
        stack.push_async_callback(runs.close)
        search = Search(database.transaction, embedder, counter=counter)
        reranked: Search | None = None
        if reranks:
            reranker, reranking = await asyncio.to_thread(open_reranker, settings, stack)
            patient = SearchOptions(reranking=replace(reranking, seconds=PATIENCE_S))
            if reranker is not None:
                reranked = Search(
                    database.transaction, embedder, patient, reranker=reranker, counter=counter
                )
        answerer = ExtractiveAnswerer(embedder)
        yield Workbench(
            database=database,
            intake=Intake(
                database.transaction, blob_store(inner), max_bytes=inner.max_upload_bytes
            ),
            search=search,
            reranked=reranked,
            chat=Chat(
                database.transaction,
                runs=runs,
                search=search,
                models=BuiltIn(answerer),
                watch=Unwatched(),
                options=ChatOptions(max_message_chars=inner.max_message_chars),
            ),
            model=embedder,
            answerer=answerer,
            owner=await _owner(database),
            worker=worker,
        )


class InnerPostgres(EmbeddedPostgres):
    """A cluster in a folder inside Lumen's data folder."""

    def _prepare_folders(self) -> None:
        """Let root's stand-in pass through the data folder, as the server's own cluster does."""
        outer = self.folder.parent
        if os.geteuid() != 0 or outer.stat().st_mode & 0o001:
            super()._prepare_folders()
            return
        _, group = self._programs.ids()
        outer.chmod(0o711)
        try:
            super()._prepare_folders()
        finally:
            os.chown(outer, 0, group)
            outer.chmod(0o710)


@contextmanager
def _held(folder: Path) -> Generator[None]:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkbenchBusy(
                f"Another command works in {folder}. Wait until it is done, or set LUMEN_DATA_DIR "
                "to another folder."
            ) from error
        yield


@asynccontextmanager
async def _running(folder: Path, *, throwaway: bool) -> AsyncGenerator[None]:
    postgres = InnerPostgres(folder, settings=THROWAWAY if throwaway else None)
    if throwaway:
        await _whole(asyncio.to_thread(_discard, postgres))
    try:
        await _whole(asyncio.to_thread(_start, postgres))
        yield
    finally:
        await asyncio.to_thread(lambda: _discard(postgres) if throwaway else postgres.stop())


def _start(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    migrate(postgres.conninfo())


def _discard(postgres: EmbeddedPostgres) -> None:
    """Delete the folder, and end the server that a killed command may have left in it."""
    postgres.stop()
    shutil.rmtree(postgres.folder, ignore_errors=True)


def _load(settings: Settings) -> tuple[LocalEmbedder, ModelTokenCounter]:
    cache = settings.data_dir / "models"
    counter = open_counter(settings.local_model, cache, settings.embedding_prompts)
    return open_embedder(settings.local_model, cache, settings.embedding_prompts), counter


async def _unload(loading: asyncio.Task[tuple[LocalEmbedder, ModelTokenCounter]]) -> None:
    await asyncio.wait([loading])
    if loading.exception() is None:
        await asyncio.to_thread(loading.result()[0].close)


@asynccontextmanager
async def _working(settings: Settings, models: Models) -> AsyncGenerator[asyncio.Task[None]]:
    async with open_worker(settings, models, follows=False) as work:
        stop = asyncio.Event()

        async def read_documents() -> None:
            await work(stop)

        worker = asyncio.create_task(read_documents())
        try:
            yield worker
        finally:
            stop.set()
            await asyncio.gather(worker, return_exceptions=True)


async def _owner(database: Database) -> User:
    async with database.transaction() as session:
        owner = await people.user_by_email(session, OWNER)
        if owner is None:
            owner = User(email=OWNER, name="Terminal", password_hash=NO_HASH, is_active=False)
            session.add(owner)
    return owner


async def _whole(work: Awaitable[_Result]) -> _Result:
    """Await what a thread does to its end, even when this task is cancelled meanwhile.

    Raises:
        CancelledError: It was, and the work is done.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
