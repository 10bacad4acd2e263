"""`lumen doctor`: what is wrong, and which runbook helps."""

import asyncio
import logging
from uuid import UUID

import click
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from app.api.system import checks_view
from app.bootstrap.doctor import open_doctor
from app.cli.serve import load_settings
from app.cli.workbench import plain
from app.db.engine import Database
from app.db.location import conninfo
from app.doctor.check import NOT_LOOKED_AT, Examination, Result
from app.doctor.reach import Explanation, explain
from app.settings import Settings

_MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "failed": ("FAILED", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what GET /system/checks answers.")
@click.option("--project", type=click.UUID, help="Explain access to this project …")
@click.option("--as", "email", help="… for the person with this e-mail address.")
def doctor(*, as_json: bool, project: UUID | None, email: str | None) -> None:
    """Look at everything that may be wrong; say what is, and which runbook to open.

    Works while Lumen runs and while it does not, and changes nothing. The status is 0 if nothing
    failed, else 1. With --project and --as: why this person reaches that project, or does not.
    """
    # Findings say what is wrong; the libraries' own lines would say it again.
    logging.disable(logging.CRITICAL)
    settings = load_settings(secret=False)
    if (project is None) != (email is None):
        raise click.UsageError("--project and --as belong together.")
    if project is not None and email is not None:
        _show_access(settings, project, email)
        return
    examination = asyncio.run(_examine(settings))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(checks_view(examination))).decode())
    else:
        _show(examination)
    raise SystemExit(0 if examination.is_well else 1)


async def _examine(settings: Settings) -> Examination:
    async with open_doctor(settings) as opened:
        return await opened.examine()


def _show(examination: Examination) -> None:
    wide = max(len(result.name) for result in examination.results)
    for result in examination.results:
        word, colour = _MARKS[result.status]
        mark = click.style(f"{word:8}", fg=colour)
        click.echo(_line(mark, result, wide))
        if result.status != "ok" and result.detail != NOT_LOOKED_AT:
            click.echo(f"{'':9}-> runbooks/{result.runbook}.md")
    counts = {
        status: sum(result.status == status for result in examination.results) for status in _MARKS
    }
    click.echo(f"failed: {counts['failed']}, warnings: {counts['warning']}, ok: {counts['ok']}")


def _line(mark: str, result: Result, wide: int) -> str:
    # Names in a detail are other people's words.
    return f"{mark} {result.name:{wide}}  {plain(result.detail)}"


def _show_access(settings: Settings, project: UUID, email: str) -> None:
    try:
        found = asyncio.run(_explain(settings, project, email))
    except SQLAlchemyError as error:
        raise click.ClickException(
            "The database does not answer, or is not up to date. See runbooks/database-down.md."
        ) from error
    for line in found.lines:
        click.echo(plain(line))
    if not found.reaches:
        click.echo("-> runbooks/no-access-403.md")
        raise SystemExit(1)


async def _explain(settings: Settings, project: UUID, email: str) -> Explanation:
    database = Database(
        conninfo(settings.database_url, settings.data_dir), application_name="lumen-doctor"
    )
    try:
        async with database.session() as session:
            return await explain(session, project, email)
    finally:
        await database.close()
