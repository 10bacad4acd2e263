"""Asking a Lumen server: the events of an answer, whole even where the connection is not.

client = LumenClient("http://127.0.0.1:8000", token)
for event in client.chat_stream(project_id, "When is the rent due?"):
    if event.type == "text":
        print(event.data["delta"], end="")
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final, Literal, Self
from uuid import UUID, uuid4

import httpx

from app.client.sse import EventParser, ServerEvent

Mode = Literal["docs", "web", "deep"]
CLOSING: Final = frozenset({"done", "error"})
CONNECT_S = 10.0
SILENCE_S = 45.0  # Three heartbeats of the server.


class ClientError(Exception):
    """The question could not be asked, or its answer not be read to the end."""


class Refused(ClientError):
    """The server said no.

    Attributes:
        code: As in the body's `error`; empty where the answer was no JSON.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ConnectionLost(ClientError):
    """The server could not be reached again and again; what was answered so far was given."""


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """An event of an answer, as the wire contract has it.

    Attributes:
        type: `meta`, `status`, `sources`, `text`, then `done` or `error`.
        data: Its fields.
        id: Its number, from 1; 0 for a last word that the server did not number.
    """

    type: str
    data: Mapping[str, Any]
    id: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How a lost connection is taken up again.

    Attributes:
        pauses_s: Before each new try; a try that brings an event starts anew.
        wait: What waits.
    """

    pauses_s: Sequence[float] = (0.2, 0.5, 1, 2, 4)
    wait: Callable[[float], object] = field(default_factory=lambda: Event().wait)


class LumenClient:
    """A server, as the holder of a token reaches it.

    Args:
        base_url: Where it listens.
        token: A personal or an access token.
        patience: With lost connections.
    """

    def __init__(self, base_url: str, token: str, *, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def chat_stream(
        self,
        project_id: UUID | str,
        message: str,
        *,
        conversation_id: UUID | str | None = None,
        model_id: str | None = None,
        mode: Mode = "docs",
        document_ids: Sequence[UUID | str] | None = None,
    ) -> Generator[ChatEvent]:
        """Ask, and yield the answer's events up to the closing one, each once.

        A connection that breaks is taken up again where it broke; the question is never asked
        twice.

        Raises:
            Refused: The server said no.
            ConnectionLost: It can't be reached any more.
        """
        given = {
            "message": message,
            "mode": mode,
            "conversationId": conversation_id and str(conversation_id),
            "modelId": model_id,
            "documentIds": document_ids and [str(each) for each in document_ids],
        }
        body = {name: value for name, value in given.items() if value is not None}
        key = {"Idempotency-Key": str(uuid4())}

        def ask() -> AbstractContextManager[httpx.Response]:
            url = f"/chat/projects/{project_id}"
            return self._http.stream("POST", url, json=body, headers=key)

        yield from self._to_the_end(ask, message_id=None, seen=0)

    def resume(self, message_id: UUID | str, after: int = 0) -> Generator[ChatEvent]:
        """Yield an answer's events behind number `after`, live or stored.

        Raises:
            Refused: The server said no.
            ConnectionLost: It can't be reached any more.
        """

        def again() -> AbstractContextManager[httpx.Response]:
            return self._rest(str(message_id), after)

        yield from self._to_the_end(again, message_id=str(message_id), seen=after)

    def stop(self, message_id: UUID | str) -> None:
        """Stop generating; what was written is kept.

        Raises:
            Refused: The server said no.
            ConnectionLost: It can't be reached.
        """
        try:
            _check(self._http.post(f"/chat/messages/{message_id}/stop"))
        except httpx.TransportError as error:
            raise ConnectionLost("The server can't be reached.") from error

    def _to_the_end(
        self,
        begin: Callable[[], AbstractContextManager[httpx.Response]],
        *,
        message_id: str | None,
        seen: int,
    ) -> Generator[ChatEvent]:
        pauses = iter(self._patience.pauses_s)
        while True:
            try:
                with self._rest(message_id, seen) if message_id else begin() as response:
                    _check(response)
                    message_id = response.headers.get("x-message-id", message_id)
                    for event in _events(response):
                        pauses = iter(self._patience.pauses_s)
                        seen = event.id or seen
                        yield event
                        if event.type in CLOSING:
                            return
            except httpx.TransportError as error:
                reason: Exception | None = error
            else:
                reason = None
            pause = next(pauses, None)
            if pause is None:
                raise ConnectionLost("The server can't be reached any more.") from reason
            self._patience.wait(pause)

    def _rest(self, message_id: str, seen: int) -> AbstractContextManager[httpx.Response]:
        headers = {"Last-Event-ID": str(seen)}
        return self._http.stream("GET", f"/chat/messages/{message_id}/stream", headers=headers)


def _events(response: httpx.Response) -> Generator[ChatEvent]:
    parser = EventParser()
    for piece in response.iter_bytes():
        yield from map(_event, parser.feed(piece))


def _event(found: ServerEvent) -> ChatEvent:
    number = int(found.id) if found.id.isascii() and found.id.isdecimal() else 0
    return ChatEvent(found.name, json.loads(found.data), number)


def _check(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        body = response.json()
        code, message = str(body["error"]), str(body["message"])
    except (ValueError, TypeError, KeyError):
        code, message = "", f"The server answered {response.status_code}."
    raise Refused(response.status_code, code, message)
