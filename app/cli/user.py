"""`lumen user`: people, from the machine that Lumen runs on."""

import asyncio
from contextlib import AsyncExitStack

import click
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import store
from app.accounts.links import link_url, make_link
from app.accounts.tables import OneTimeLink
from app.audit.record import Actor
from app.bootstrap.parts import open_database
from app.cli.serve import load_settings
from app.db.embedded import EmbeddedPostgres
from app.errors import AppError
from app.settings import Settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is listened on, read here
_TERMINAL = Actor(None, "the terminal")


@click.group()
def user() -> None:
    """Look after people from the machine that Lumen runs on."""


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link that sets the password of whoever has this e-mail address.

    The way back in when the superadmin's password is forgotten. Lumen has to be running. A link
    that was made before means nothing any more.
    """
    settings = load_settings(secret=False)
    if not settings.local_sign_in:
        raise click.ClickException(
            "LUMEN_LOCAL_SIGN_IN is false: the link would not be taken. Set it to true, start "
            "Lumen anew, and call this again."
        )
    if settings.embedded and EmbeddedPostgres(settings.data_dir).running_pid() is None:
        raise click.ClickException(f"No Lumen runs in {settings.data_dir}. Start it first.")
    try:
        made, token = asyncio.run(_make(settings, email))
    except AppError as error:
        raise click.ClickException(error.message) from error
    except SQLAlchemyError as error:
        raise click.ClickException("The database does not answer, or is not up to date.") from error
    click.echo(link_url(settings.public_url or _own_address(settings), token))
    click.echo(f"It works once, until {made.expires_at:%d %B %Y, %H:%M} UTC.", err=True)


async def _make(settings: Settings, email: str) -> tuple[OneTimeLink, str]:
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-user")
        async with database.transaction() as session:
            person = await store.user_by_email(session, email.strip())
            if person is None:
                raise click.ClickException(f"Nobody has the e-mail address {email}.")
            return await make_link(session, _TERMINAL, person)


def _own_address(settings: Settings) -> str:
    return f"http://{_EVERYWHERE.get(settings.host, settings.host)}:{settings.port}"
