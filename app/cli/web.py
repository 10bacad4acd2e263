"""`lumen web`: a process that answers HTTP."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import click
import uvicorn

from app.asgi import create_app
from app.bootstrap.web import open_web
from app.cli.http_server import http_config
from app.cli.process import lifeline_option, prepared, run_until_told
from app.cli.serve import listening
from app.settings import Settings


@click.command()
@click.option("--fd", type=int, hidden=True, help="A listening socket to serve on.")
@lifeline_option
def web(fd: int | None, lifeline: int | None) -> None:
    """Answer HTTP: one process, on LUMEN_HOST and LUMEN_PORT."""
    settings = prepared("web", lifeline)
    if fd is not None:
        run_until_told(lambda stopping: _web(settings, socket.socket(fileno=fd), stopping))
        return
    with listening(settings) as listener:
        run_until_told(lambda stopping: _web(settings, listener, stopping))


async def _web(settings: Settings, listener: socket.socket, stopping: asyncio.Event) -> None:
    async with open_web(settings) as services:
        server = _Server(http_config(create_app(services), settings.trusted_proxies))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait(
            [serving, asyncio.create_task(stopping.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        # Runs first: their listeners get the closing event while they are still connected.
        await services.stop()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves the signals to us: what is running is told first."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield
