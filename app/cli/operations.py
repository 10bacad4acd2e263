"""Commands that look after the database."""

import click

from app.cli.serve import load_settings
from app.db.errors import DatabaseError
from app.db.location import conninfo
from app.db.migrate import migrate as bring_up_to_date


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when there was nothing to do.")
def migrate(*, quiet: bool) -> None:
    """Bring the database's schema up to date; safe to run twice and in several places at once."""
    settings = load_settings()
    try:
        ran = bring_up_to_date(conninfo(settings.database_url, settings.data_dir))
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    if ran:
        click.echo(f"Schema brought up to {ran[-1]}.", err=True)
    elif not quiet:
        click.echo("The schema is up to date.", err=True)
