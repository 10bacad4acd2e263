"""`lumen ask --server`: an answer from a project of a server, over its event stream."""

from collections.abc import Mapping

import click

from app.cli.sources import Shown, show_sources
from app.cli.workbench import plain
from app.client.chat import ChatEvent, ClientError, LumenClient, Mode

_STAGES: Mapping[str, str] = {
    "rewriting": "Understanding the question",
    "searching": "Searching",
    "reading": "Reading",
    "writing": "Writing",
}


def ask_server(server: str, token: str, project: str, question: str, mode: Mode) -> None:
    """Ask and show the answer as it comes; Ctrl-C stops it on the server, too.

    Raises:
        click.ClickException: The server refuses, fails or can't be reached.
    """
    with LumenClient(server, token) as client:
        asked = ""
        try:
            for event in client.chat_stream(project, question, mode=mode):
                asked = event.data["messageId"] if event.type == "meta" else asked
                _show(event)
        except KeyboardInterrupt:
            if asked:
                client.stop(asked)
            raise
        except ClientError as error:
            raise click.ClickException(plain(str(error))) from error


def _show(event: ChatEvent) -> None:
    if event.type == "text":
        click.echo(plain(event.data["delta"]), nl=False)
    elif event.type == "status":
        detail = event.data.get("detail")
        told = _STAGES.get(event.data["stage"], "Working")
        click.echo(plain(f"{told}: {' '.join(detail.split())}" if detail else told), err=True)
    elif event.type == "done":
        show_sources(
            Shown(
                index=cited["index"],
                document_name=cited["documentName"],
                page_number=cited["pageNumber"],
                quote=cited["quote"],
                url=cited.get("url"),
            )
            for cited in event.data["citations"]
        )
    elif event.type == "error":
        click.echo()
        raise click.ClickException(plain(f"{event.data['message']}: {event.data['detail']}"))
