"""`lumen embedding`: the embedding model in use, from the machine that Lumen runs on."""

import asyncio
from contextlib import AsyncExitStack

import click
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap.parts import open_database
from app.cli.serve import load_settings
from app.settings import Settings
from ingest.corpus import spaces
from ingest.corpus.tables import SpaceState, VectorSpace

_NO_ONE = 1
"""Exit status."""


@click.group()
def embedding() -> None:
    """Look after the embedding model."""


@embedding.command()
def status() -> None:
    """Say which embedding model searches go by, and how far the next one is."""
    try:
        lines = asyncio.run(_lines(load_settings(secret=False)))
    except SQLAlchemyError as error:
        raise click.ClickException(
            "No connection to the database. Start Lumen, or see runbooks/database-down.md."
        ) from error
    for line in lines:
        click.echo(line)


@embedding.command(hidden=True)
@click.pass_context
def local(context: click.Context) -> None:
    """End with 0 where searches go by a model of this host: `lumen serve` has to serve it."""
    found = asyncio.run(_in_use(load_settings(secret=False)))
    context.exit(0 if any(space.spec.get("kind") == "local" for space in found) else _NO_ONE)


async def _in_use(settings: Settings) -> list[VectorSpace]:
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-embedding")
        async with database.session() as session:
            return await spaces.in_use(session)


async def _lines(settings: Settings) -> list[str]:
    lines: list[str] = []
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-embedding")
        async with database.session() as session:
            for space in await spaces.in_use(session):
                said = f"{space.state}: {space.name} ({space.dimensions} dimensions)"
                if space.state == SpaceState.FILLING:
                    done, total = await spaces.counted(session, space.name)
                    said += f", {done} of {total} chunks"
                lines.append(said)
                if space.error:
                    lines.append(f"  {space.error}")
    return lines or ["No embedding model is in use yet."]
