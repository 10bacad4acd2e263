"""`lumen models`: the process that holds the embedding model."""

import click

from app.bootstrap.models import open_models
from app.cli.process import lifeline_option, prepared, run_until_told


@click.command()
@click.option("--prepare", is_flag=True, help="Convert the model and end.")
@lifeline_option
def models(*, prepare: bool, lifeline: int | None) -> None:
    """Serve the embedding model to this host's other processes, on a Unix socket."""
    settings = prepared("models", lifeline, secret=False)
    run_until_told(lambda stopping: open_models(settings, stopping, prepare_only=prepare))
