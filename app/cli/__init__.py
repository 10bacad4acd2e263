"""The `lumen` command; a subcommand is loaded when it is called, so that none pays for another."""

import gc
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Final

import click

COMMANDS: Final[dict[str, str]] = {
    "serve": "app.cli.serve:serve",
    "web": "app.cli.web:web",
    "worker": "app.cli.worker:worker",
    "models": "app.cli.models:models",
    "backup": "app.cli.backup:backup",
    "restore": "app.cli.backup:restore",
    "migrate": "app.cli.operations:migrate",
    "embedding": "app.cli.embedding:embedding",
    "user": "app.cli.user:user",
    "keys": "app.cli.keys:keys",
    "doctor": "app.cli.doctor:doctor",
    "ask": "app.cli.ask:ask",
    "ingest": "app.cli.ingest:ingest",
    "evaluate": "app.cli.evaluate:evaluate",
}


PRIVATE: Final = 0o077


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of `COMMANDS`."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        if module not in sys.modules:
            with _without_collections():
                import_module(module)
        command: object = getattr(sys.modules[module], name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}.{name} is no command.")
        return command


@contextmanager
def _without_collections() -> Generator[None]:
    """Collect garbage once in the end, not again and again while nearly all that is made stays.

    A tenth of the time that a web process takes to start. What is there by then is not looked at
    again: a collection is a pause for every answer under way.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lumen")
def main() -> None:
    """Ask your documents; answers cite the page."""
    # Here and in every process that is started from here: what is made is the owner's alone.
    os.umask(PRIVATE)
