"""What `lumen ask` and `lumen evaluate` have in common: logs, signals, progress, errors."""

import asyncio
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import click
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.bootstrap.workbench import WorkbenchBusy, WorkerEnded
from app.db.errors import DatabaseError
from app.errors import AppError
from app.settings import Settings
from app.telemetry import configure_logs
from ingest.errors import IngestError
from providers.errors import ProviderError

# A terminal obeys these, and what is shown comes from other people's files.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run_to_end(settings: Settings, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a command's work; a signal ends it early, and what it holds is given back.

    Raises:
        click.ClickException: It failed, and why.
        SystemExit: A signal ended it; the status is 128 and the signal's number.
    """
    _log_little(settings, name)
    signals: list[int] = []

    async def until_told() -> None:
        task = asyncio.ensure_future(work())

        def interrupt(number: int) -> None:
            # Once: a second Ctrl-C must not cut the cleaning up short.
            if not signals:
                click.echo("\nStopping.", err=True)
                task.cancel()
            signals.append(number)

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt, number)
        await task

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(until_told())
    except asyncio.CancelledError:
        raise SystemExit(128 + signals[0]) from None
    except ProviderError as error:
        raise click.ClickException(f"The embedding model can't be used: {error.detail}") from error
    except (DatabaseError, WorkbenchBusy, WorkerEnded, AppError, IngestError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _log_little(settings: Settings, name: str) -> None:
    """Log errors alone, unless a level is set: the terminal is for the answer."""
    level = settings.log_level if "log_level" in settings.model_fields_set else "error"
    configure_logs(level=level, style=settings.log_format, process=name)


def plain(text: str) -> str:
    """The text without what a terminal would obey."""
    return _CONTROLS.sub("", text)


class Steps:
    """Progress on standard error: bars in a terminal, plain lines elsewhere."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def add(self, what: str, total: float = 1.0) -> Callable[[float], None]:
        """Begin a bar; the function that is returned sets how much of it is done."""
        task = self._progress.add_task(plain(what), total=total)

        def done(amount: float) -> None:
            self._progress.update(task, completed=amount)

        return done

    def begin(self, what: str) -> Callable[[float], None]:
        """Begin a bar, or say that the work begins where there are no bars."""
        if self._progress.disable:
            self.say(f"{what} …")
        return self.add(what)

    def say(self, line: str) -> None:
        """Write a line, above the bars."""
        if self._progress.disable:
            click.echo(plain(line), err=True)
        else:
            self._progress.console.print(plain(line), markup=False, highlight=False, soft_wrap=True)


@contextmanager
def steps() -> Generator[Steps]:
    """Show progress while the block lasts."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield Steps(progress)
