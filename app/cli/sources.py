"""How the terminal shows where an answer comes from."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

import click

from app.cli.workbench import plain

QUOTE_CHARS = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """A citation: its number, the place it comes from, and what stands there."""

    index: int
    document_name: str
    page_number: int | None
    quote: str
    url: str | None = None


def show_sources(citations: Iterable[Shown]) -> None:
    """Write the citations below the answer."""
    click.echo()
    for at, cited in enumerate(citations):
        if at == 0:
            click.echo("\nSources")
        page = f", page {cited.page_number}" if cited.page_number is not None else ""
        place = cited.url or f"{cited.document_name}{page}"
        quote = textwrap.shorten(cited.quote, QUOTE_CHARS, placeholder=" …")
        click.echo(plain(f"[{cited.index}] {place}: “{quote}”"))
