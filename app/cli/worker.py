"""`lumen worker`: a process that reads and embeds documents."""

import asyncio

import click

from app.bootstrap.worker import open_worker
from app.cli.process import lifeline_option, prepared, run_until_told
from app.settings import Settings


@click.command()
@lifeline_option
def worker(lifeline: int | None) -> None:
    """Read and embed documents: one process, fed by the queue in Postgres."""
    settings = prepared("worker", lifeline)
    run_until_told(lambda stopping: _worker(settings, stopping))


async def _worker(settings: Settings, stopping: asyncio.Event) -> None:
    async with open_worker(settings) as work:
        await work(stopping)
