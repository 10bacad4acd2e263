"""What the processes under a supervisor have in common: settings, logs, signals, an end."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable

import click
import uvloop

from app.cli.serve import load_settings
from app.settings import Settings
from app.telemetry import configure_logs

lifeline_option = click.option(
    "--lifeline", type=int, hidden=True, help="A pipe that closes when the supervisor is gone."
)


def prepared(name: str, lifeline: int | None, *, secret: bool = True) -> Settings:
    """Read the settings, set the logs up, and end with the supervisor."""
    settings = load_settings(secret=secret)
    configure_logs(level=settings.log_level, style=settings.log_format, process=name)
    if lifeline is not None:
        threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    return settings


def run_until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run until a signal sets the event that `work` is given."""

    async def until_told() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        await work(stopping)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_told())


def _follow(lifeline: int) -> None:
    """End this process when the other end of the pipe is gone."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
