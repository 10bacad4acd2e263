"""`lumen keys`: the providers' keys, after the server's secret was changed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor
from app.bootstrap.parts import open_database
from app.bootstrap.vault import key_vault
from app.catalog import rotation
from app.catalog.rotation import KeyCondition
from app.cli.serve import load_settings
from app.db.embedded import EmbeddedPostgres
from app.errors import AppError
from app.settings import Settings
from app.webhooks import sealing
from providers.secrets import KeyVault

T = TypeVar("T")

_TERMINAL = Actor(None, "the terminal")


@click.group()
def keys() -> None:
    """Look after the providers' keys, which the server's secret encrypts."""


@keys.command()
def status() -> None:
    """Say of each provider's key which secret encrypts it. Lumen has to be running."""

    async def look(session: AsyncSession, vault: KeyVault) -> list[KeyCondition]:
        providers = await rotation.conditions(session, vault)
        return [*providers, *await sealing.conditions(session, vault)]

    found = _run(look)
    for each in found:
        click.echo(f"{_word(each):8} {each.name}")
    click.echo(_summary(found), err=True)
    if any(not each.opens for each in found):
        raise SystemExit(1)


@keys.command()
def rotate() -> None:
    """Encrypt the keys of providers and webhooks with the newest secret. Lumen has to be running.

    All of them or none; what is encrypted with it already stays as it is.
    """

    async def reseal(session: AsyncSession, vault: KeyVault) -> int:
        providers = await rotation.reseal(session, vault, _TERMINAL)
        return providers + await sealing.reseal(session, vault)

    count = _run(reseal)
    click.echo(f"{count} keys were encrypted anew." if count else "All keys are up to date.")


def _word(each: KeyCondition) -> str:
    if not each.opens:
        return "closed"
    return "current" if each.is_current else "old"


def _summary(found: list[KeyCondition]) -> str:
    if any(not each.opens for each in found):
        return (
            "No secret that is set opens a `closed` key: add the one before to "
            "LUMEN_SECRET_KEY_OLD, or enter the key again."
        )
    if any(not each.is_current for each in found):
        return "Run `lumen keys rotate`: until then the `old` ones need LUMEN_SECRET_KEY_OLD."
    return "LUMEN_SECRET_KEY_OLD is not needed for any of them."


def _run(work: Callable[[AsyncSession, KeyVault], Awaitable[T]]) -> T:
    settings = load_settings()
    if settings.embedded and EmbeddedPostgres(settings.data_dir).running_pid() is None:
        raise click.ClickException(f"No Lumen runs in {settings.data_dir}. Start it first.")
    try:
        return asyncio.run(_within(settings, work))
    except AppError as error:
        raise click.ClickException(error.message) from error
    except SQLAlchemyError as error:
        raise click.ClickException("The database does not answer, or is not up to date.") from error


async def _within(settings: Settings, work: Callable[[AsyncSession, KeyVault], Awaitable[T]]) -> T:
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-keys")
        async with database.transaction() as session:
            return await work(session, key_vault(settings))
