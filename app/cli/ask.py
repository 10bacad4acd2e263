"""`lumen ask`: answers in a terminal, about files or from a server's project."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import click

from app.bootstrap.workbench import Workbench, open_workbench
from app.chat.asking import NewQuestion
from app.chat.events import Failed, Finished, Text
from app.cli.remote import ask_server
from app.cli.serve import load_settings
from app.cli.sources import Shown, show_sources
from app.cli.workbench import Steps, plain, run_to_end, steps
from app.client.chat import Mode
from app.settings import Settings
from ingest.corpus.tables import Document, DocumentStatus, Project
from ingest.errors import UploadRefused

FOLDER = "terminal"
PROJECT = "Terminal"
READ_BYTES = 1024 * 1024


@click.command()
@click.argument("files", nargs=-1, metavar="FILE…", type=click.Path(path_type=Path))
@click.argument("question", metavar='"QUESTION"')
@click.option("--server", metavar="URL", help="Ask this server, and no files.")
@click.option("--project", metavar="ID", help="The project there.")
@click.option("--token", envvar="LUMEN_TOKEN", help="A personal token; or set LUMEN_TOKEN.")
@click.option("--mode", type=click.Choice(["docs", "web", "deep"]), default="docs")
def ask(
    files: tuple[Path, ...],
    question: str,
    server: str | None,
    project: str | None,
    token: str | None,
    mode: Mode,
) -> None:
    """Answer a question about files, with the places that say so.

    Files are kept in the data folder, so that the next question about them is answered at once.
    With --server the question goes to a project of that server instead.
    The answer goes to standard output, everything else to standard error.
    """
    if server is not None:
        if files or not project or not token:
            raise click.UsageError("--server goes with --project, a token, and no files.")
        ask_server(server, token, project, question, mode)
        return
    if not files:
        raise click.UsageError("Name the files, and the question last and in quotes.")
    _check_words(files, question)
    settings = load_settings()
    if len(question) > settings.max_message_chars:
        raise click.UsageError(f"The question is longer than {settings.max_message_chars} letters.")
    run_to_end(settings, "ask", lambda: _ask(settings, files, question))


def _check_words(files: Sequence[Path], question: str) -> None:
    for path in files:
        if path.is_dir():
            raise click.UsageError(f"{plain(str(path))} is a folder. Name the files in it.")
        if not path.exists():
            raise click.UsageError(
                f"There is no file {plain(str(path))}. The question comes last, in quotes."
            )
    if not question.strip():
        raise click.UsageError("Write a question, last and in quotes.")
    if " " not in question and Path(question).is_file():
        raise click.UsageError(f"Write a question behind {plain(question)}, in quotes.")


async def _ask(settings: Settings, files: Sequence[Path], question: str) -> None:
    async with open_workbench(settings, settings.data_dir / FOLDER) as bench:
        project = await bench.project(PROJECT)
        with steps() as shown:
            documents = await _Reading(bench, project, shown).read(files)
        if not documents:
            raise click.ClickException("None of these files could be read.")
        await _answer(bench, project, question, documents)


class _Reading:
    """Takes files in and waits until they are read, saying what becomes of each."""

    def __init__(self, bench: Workbench, project: Project, shown: Steps) -> None:
        self._bench = bench
        self._project = project
        self._shown = shown
        self._bars: dict[UUID, Callable[[float], None]] = {}
        self._told: set[UUID] = set()

    async def read(self, files: Sequence[Path]) -> list[UUID]:
        """Give the ids of the documents that can be asked."""
        for path in files:
            await self._receive(path)
        ready: dict[UUID, None] = {}
        async for documents in self._bench.reading(self._project, list(self._bars)):
            for document in documents:
                self._show(document)
                if document.status == DocumentStatus.READY:
                    ready[document.id] = None
        return list(ready)

    async def _receive(self, path: Path) -> None:
        try:
            received = await self._bench.receive(self._project, path.name, _pieces(path))
        except UploadRefused as error:
            self._refuse(path.name, error.code, error.message)
            return
        except OSError as error:
            self._refuse(path.name, "unreadable", f"{error.strerror or error}.")
            return
        document = received.document
        if document.id in self._bars:
            self._shown.say(f"{path.name}: the same as a file before it.")
            return
        if document.status == DocumentStatus.READY:
            self._told.add(document.id)
            self._bars[document.id] = self._shown.add(path.name)
            self._shown.say(f"{path.name}: read before, {_size(document)}.")
        else:
            self._bars[document.id] = self._shown.begin(f"{path.name}: reading")

    def _show(self, document: Document) -> None:
        failed = document.status == DocumentStatus.FAILED
        ready = document.status == DocumentStatus.READY
        self._bars[document.id](1 if ready else document.progress)
        if document.id in self._told or not (failed or ready):
            return
        self._told.add(document.id)
        if ready:
            self._shown.say(f"{document.name}: read, {_size(document)}.")
        else:
            code, message = document.error_code or "failed", document.error_message or ""
            self._refuse(document.name, code, message)

    def _refuse(self, name: str, code: str, sentence: str) -> None:
        self._shown.say(f"{name}: not read ({code}). {sentence}")


async def _pieces(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


def _size(document: Document) -> str:
    chunks = _count(document.chunk_count or 0, "passage")
    return f"{_count(document.page_count or 0, 'page')}, {chunks}" if document.paged else chunks


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


async def _answer(
    bench: Workbench, project: Project, question: str, document_ids: Sequence[UUID]
) -> None:
    asked = NewQuestion(project_id=project.id, text=question, document_ids=tuple(document_ids))
    message_id = await bench.chat.ask(bench.owner, project, asked)
    async with aclosing(bench.chat.batches(message_id)) as batches:
        async for batch in batches:
            for _, event in batch:
                if isinstance(event, Text):
                    click.echo(plain(event.delta), nl=False)
                elif isinstance(event, Finished):
                    show_sources(
                        Shown(each.index, each.document_name, each.page_number, each.quote)
                        for each in event.citations
                    )
                elif isinstance(event, Failed):
                    click.echo()
                    raise click.ClickException(event.detail)
