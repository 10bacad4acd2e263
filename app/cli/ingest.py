"""`lumen ingest`: files, folders and archives into a project of the Lumen that runs here."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from os import geteuid
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.accounts import store
from app.audit.record import Actor, Change, Target, record
from app.bootstrap.parts import blob_store, open_database
from app.cli.import_report import Outcome, summary, troubles, write
from app.cli.import_sources import Found, LeftOut, Sources
from app.cli.importing import Import, worst
from app.cli.serve import load_settings
from app.cli.workbench import Steps, plain, run_to_end, steps
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.settings import Settings
from ingest.corpus.tables import Project
from ingest.intake import Intake

_TERMINAL = Actor(None, "the terminal")
_REPORTS = frozenset({".csv", ".json"})


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path, exists=True)
)
@click.option("--project", "wanted", required=True, metavar="NAME|ID", help="Where they go.")
@click.option("--as", "email", metavar="EMAIL", help="Who sends them; they must be able to edit.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what became of every file to this .csv or .json.",
)
@click.option("--retry", is_flag=True, help="Read those again that failed before.")
@click.option("--no-wait", is_flag=True, help="Don't wait until they are read.")
def ingest(
    paths: tuple[Path, ...],
    wanted: str,
    email: str | None,
    report: Path | None,
    *,
    retry: bool,
    no_wait: bool,
) -> None:
    """Bring files, folders and zip archives into a project, and say what became of each.

    For the machine that Lumen runs on, with its environment; Lumen has to run. Hidden files are
    left out. However it was ended, run it again: what is there already is not brought in twice.

    The exit status is 0 when every file is there, 1 when one failed.
    """
    if report is not None and report.suffix.lower() not in _REPORTS:
        raise click.UsageError("Name the report with .csv or .json at its end.")
    settings = load_settings(secret=False)
    _check_place(settings)
    outcomes: list[Outcome] = []

    async def work() -> None:
        try:
            async with AsyncExitStack() as stack:
                database = await open_database(settings, stack, "lumen-ingest")
                bringing, actor = await _open(settings, database, wanted, email)
                bringing.outcomes, bringing.retry = outcomes, retry
                await _bring(bringing, actor, paths, wait=not no_wait)
        except SQLAlchemyError as error:
            raise click.ClickException(
                "The database does not answer, or is not up to date. What is in it stays: run this "
                "again when it does."
            ) from error
        finally:
            _tell(outcomes, report)

    run_to_end(settings, "ingest", work)
    raise SystemExit(worst(outcomes))


def _check_place(settings: Settings) -> None:
    """End where files would go to nobody, or belong to somebody who can't hand them out.

    Raises:
        click.ClickException: No Lumen runs here, or it runs as another user.
    """
    if settings.embedded and EmbeddedPostgres(settings.data_dir).running_pid() is None:
        raise click.ClickException(f"No Lumen runs in {settings.data_dir}. Start it first.")
    kept = urlsplit(settings.blob_location)
    folder = Path(kept.path)
    if kept.scheme in {"", "file"} and folder.is_dir() and folder.stat().st_uid != geteuid():
        raise click.ClickException(
            f"The stored files in {folder} belong to another user. Run this as the user that Lumen "
            "runs as."
        )


async def _open(
    settings: Settings, database: Database, wanted: str, email: str | None
) -> tuple[Import, Actor]:
    """Find the project and who sends.

    Raises:
        click.ClickException: There is no such project or person.
        AppError: They may not edit the project.
    """
    async with database.transaction() as session:
        project = await _project(session, wanted)
        actor = _TERMINAL
        if email is not None:
            person = await store.user_by_email(session, email.strip())
            if person is None or not person.is_active:
                raise click.ClickException(f"Nobody active has the e-mail address {plain(email)}.")
            await resolver.require(session, project.id, Principal(person, None), "edit")
            actor = Actor(person.id, person.email, via="terminal")
    intake = Intake(database.transaction, blob_store(settings), max_bytes=settings.max_upload_bytes)
    return Import(database, intake, project.id, actor.id), actor


async def _project(session: AsyncSession, wanted: str) -> Project:
    try:
        found = [await session.get(Project, UUID(wanted))]
    except ValueError:
        name = wanted.strip().lower()
        rows = await session.exec(
            select(Project).where(func.lower(Project.name) == name).order_by(col(Project.id))
        )
        found = list(rows)
    if len(found) > 1:
        ids = ", ".join(str(project.id) for project in found if project is not None)
        raise click.ClickException(f"Several projects have that name. Give the id: {ids}.")
    project = found[0] if found else None
    if project is None:
        raise click.ClickException(f"There is no project {plain(wanted)}.")
    return project


async def _bring(bringing: Import, actor: Actor, paths: Sequence[Path], *, wait: bool) -> None:
    with Sources() as sources, steps() as shown:
        found = list(sources.look(paths))
        shown.say(f"Found {len(found):,} file{'' if len(found) == 1 else 's'}.")
        try:
            await _take_all(bringing, found, shown.add("Bringing in", len(found)))
        finally:
            await _note(bringing, actor)
        if wait:
            await _read_all(bringing, shown)


async def _take_all(
    bringing: Import, found: Sequence[Found | LeftOut], done: Callable[[float], None]
) -> None:
    for count, one in enumerate(found, start=1):
        if isinstance(one, Found):
            await bringing.take(one)
        else:
            outcome = Outcome(one.path)
            outcome.fail(one.code, one.message, "skipped" if one.skipped else "failed")
            bringing.outcomes.append(outcome)
        done(count)


async def _read_all(bringing: Import, shown: Steps) -> None:
    total = bringing.unread
    if not total:
        return
    shown.say(f"Reading {total:,} document{'' if total == 1 else 's'} …")
    done = shown.add("Reading", total)

    def told() -> None:
        done(max(0, total - bringing.unread))

    def stuck() -> None:
        shown.say("Nothing was read for a minute. `lumen doctor` says whether a worker runs.")

    await bringing.wait(told, stuck)


async def _note(bringing: Import, actor: Actor) -> None:
    """Write down who brought in how much, also where it was cut short."""
    if not bringing.added:
        return
    async with bringing.database.transaction() as session:
        project = await session.get(Project, bringing.project_id)
        name = project.name if project is not None else ""
        target = Target("project", bringing.project_id, name, bringing.project_id)
        change = Change(after={"documents": bringing.added})
        await record(session, actor, "project.imported", target, change)


def _tell(outcomes: Sequence[Outcome], report: Path | None) -> None:
    for line in troubles(outcomes):
        click.echo(plain(line), err=True)
    if outcomes:
        said = summary(outcomes)
        click.echo(said[0].upper() + said[1:])
    if report is not None:
        write(report, outcomes)
